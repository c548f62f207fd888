import { expect, test } from "vitest";

import type { Conversation, Message } from "../../api/types";
import { offersFor } from "./offers";

const NOW = new Date("2026-11-22T12:00:00Z");
const all = { acts: [{ kind: "edit", within_h: null, emojis: [] }, { kind: "delete", within_h: 48, emojis: [] }, { kind: "react", within_h: null, emojis: ["👍"] }] } as unknown as Conversation;

const message = (more: object): Message =>
  ({
    direction: "out", occurred_at: "2026-11-22T11:00:00Z", author: { kind: "agent" }, delivery: { state: "read" },
    files: [], template: null, quick_replies: [], deleted_at: null, ...more,
  }) as unknown as Message;

const kinds = (more: object, conversation: Conversation | undefined = all) => [...offersFor(message(more), conversation, NOW).keys()];

test("our own can be changed and taken back, theirs reacted to", () => {
  expect(kinds({})).toEqual(["edit", "delete"]);
  expect(kinds({ direction: "in", delivery: null })).toEqual(["react"]);
});

test("nothing is offered where the channel cannot, or the message is gone, old or not there yet", () => {
  expect(offersFor(message({}), undefined, NOW).size).toBe(0);
  expect(kinds({}, { acts: [] } as unknown as Conversation)).toEqual([]);
  expect(kinds({ deleted_at: "2026-11-22T11:30:00Z" })).toEqual([]);
  expect(kinds({ delivery: { state: "queued" } })).toEqual([]);
  expect(kinds({ occurred_at: "2026-11-20T11:00:00Z" })).toEqual(["edit"]);
});

test("what somebody wrote in the provider's own tool, and files, stay as they are", () => {
  expect(kinds({ author: { kind: "vendor" } })).toEqual([]);
  expect(kinds({ files: [{}] })).toEqual(["delete"]);
});
