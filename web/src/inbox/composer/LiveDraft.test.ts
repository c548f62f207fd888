import { expect, test, vi } from "vitest";

import type { Draft } from "../../api/types";
import { LiveDraft } from "./LiveDraft";

const kept = (text: string): Draft => ({ text, html: null, cc: null, bcc: null, conversation_id: null, rev: 3, updated_at: null });
const setUp = (text: string) => {
  const port = { read: vi.fn(async () => kept(text)), write: vi.fn(async () => kept("")), drop: vi.fn(async () => undefined) };
  return { port, draft: new LiveDraft(port) };
};

test("what was kept on the server is shown", async () => {
  const { draft } = setUp("kept words");
  await draft.load();
  expect(draft.view.get()).toMatchObject({ text: "kept words", loaded: true });
});

test("words typed before it came are not overwritten", async () => {
  const { draft } = setUp("kept words");
  const loading = draft.load();
  draft.edit({ text: "typed first" });
  await loading;
  expect(draft.view.get().text).toBe("typed first");
});

test("words taken back stand above what was typed since", () => {
  const { draft } = setUp("");
  draft.edit({ text: "typed since" });
  draft.restore({ text: "taken back", conversation_id: "c" });
  expect(draft.view.get()).toMatchObject({ text: "taken back\n\ntyped since", conversation_id: "c" });
});

test("a sent draft is empty here and gone there", async () => {
  const { draft, port } = setUp("kept words");
  await draft.load();
  await draft.sent();
  expect(draft.view.get().text).toBe("");
  expect(port.drop).toHaveBeenCalledOnce();
});

test("formatted words that come back stand above those typed since", () => {
  const { draft } = setUp("");
  draft.edit({ text: "a < b" });
  draft.restore({ text: "bold", html: "<b>bold</b>" });
  expect(draft.view.get().html).toBe("<b>bold</b><div><br></div><div>a &lt; b</div>");
});
