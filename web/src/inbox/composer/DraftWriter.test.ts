import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Problem } from "../../api/problem";
import type { Draft } from "../../api/types";
import { DraftWriter, type DraftBody, type Words } from "./DraftWriter";

const words = (text: string): Words => ({ text, html: null, cc: null, bcc: null, conversation_id: null });

/** A server that keeps one draft and refuses stale revisions, as the real one does. */
class Server {
  draft: Draft = { ...words(""), rev: 0, updated_at: "" };
  atOnce = 0;
  mostAtOnce = 0;
  writes: string[] = [];
  down = false;

  read = async () => this.draft;

  write = async (body: DraftBody) => {
    this.atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce);
    await new Promise((done) => setTimeout(done, 50));
    this.atOnce -= 1;
    if (this.down) throw new Problem(0, "offline", "", "", null);
    if (body.rev !== this.draft.rev) throw new Problem(409, "Conflict", "", "", null);
    this.writes.push(body.text);
    this.draft = { ...this.draft, ...body, rev: body.rev + 1 };
    return this.draft;
  };

  drop = async () => {
    this.draft = { ...words(""), rev: 0, updated_at: "" };
  };
}

function setUp() {
  const server = new Server();
  const states: string[] = [];
  const writer = new DraftWriter(server, (state) => states.push(state));
  return { server, states, writer };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a burst of typing is one write of the last text", async () => {
  const { server, states, writer } = setUp();
  for (const text of ["H", "He", "Hello"]) writer.change(words(text));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(server.writes).toEqual(["Hello"]);
  expect(states.at(-1)).toBe("saved");
});

test("writes never overlap and the last text wins", async () => {
  const { server, writer } = setUp();
  writer.change(words("one"));
  void writer.flush();
  writer.change(words("two"));
  void writer.flush();
  writer.change(words("three"));
  await vi.advanceTimersByTimeAsync(2_000);
  expect(server.mostAtOnce).toBe(1);
  expect(server.draft.text).toBe("three");
});

test("a write that lost against another window is repeated on its revision", async () => {
  const { server, writer } = setUp();
  server.draft = { ...server.draft, text: "from elsewhere", rev: 7 };
  writer.change(words("mine"));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(server.draft).toMatchObject({ text: "mine", rev: 8 });
});

test("words typed while the server is away are kept and written later", async () => {
  const { server, states, writer } = setUp();
  server.down = true;
  writer.change(words("patience"));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(states.at(-1)).toBe("unsaved");
  server.down = false;
  await vi.advanceTimersByTimeAsync(6_000);
  expect(server.draft.text).toBe("patience");
});

test("a sent draft does not come back by a late write", async () => {
  const { server, writer } = setUp();
  writer.change(words("sent words"));
  void writer.flush();
  const gone = writer.discard();
  await vi.advanceTimersByTimeAsync(10_000);
  await gone;
  expect(server.draft.text).toBe("");
});
