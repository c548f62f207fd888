import { describe, expect, test } from "vitest";

import type { Message, TicketEvent } from "../../api/types";
import { buildThread, sameItem } from "./buildThread";

let serial = 0;
function message(direction: Message["direction"], at: string, more: Partial<Message> = {}): Message {
  serial += 1;
  const author = direction === "in" ? { id: "c", name: "Elena Marchetti" } : { id: "a", name: "Mira Okafor" };
  return { id: `m${serial}`, direction, occurred_at: at, channel: "telegram", author, delivery: null, reactions: [], ...more } as Message;
}
const event = (at: string, field: string) =>
  ({ id: `e-${at}-${field}`, kind: "ticket.changed", at, changes: [{ field, before: null, after: "x" }] }) as TicketEvent;
const build = (messages: Message[], events: TicketEvent[] = [], seenAt: string | null = null) =>
  buildThread({ messages, events, seenAt });
const kinds = (items: ReturnType<typeof build>) => items.map((item) => item.kind);

test("each day begins with a break", () => {
  const items = build([message("in", "2026-11-17T09:38:00Z"), message("in", "2026-11-18T10:06:00Z")]);
  expect(kinds(items)).toEqual(["day", "bubble", "day", "bubble"]);
});

describe("runs of bubbles", () => {
  const ends = (messages: Message[]) => build(messages).flatMap((item) => (item.kind === "bubble" ? [item.ends] : []));

  test("only the last of a run carries face and time", () => {
    expect(ends([message("in", "2026-11-18T10:13:00Z"), message("in", "2026-11-18T10:14:00Z")])).toEqual([false, true]);
  });

  test("a pause or another speaker ends it", () => {
    expect(ends([message("in", "2026-11-18T10:00:00Z"), message("in", "2026-11-18T10:14:00Z")])).toEqual([true, true]);
    expect(ends([message("out", "2026-11-18T10:13:00Z"), message("in", "2026-11-18T10:14:00Z")])).toEqual([true, true]);
  });

  test("a failed delivery keeps its own words", () => {
    const failed = { state: "failed", reason: "no number", changed_at: "", undo_until: null, send_at: null, unless_they_write: false, recipients: [] as never[] } as const;
    const run = [message("out", "2026-11-18T10:13:00Z", { delivery: failed }), message("out", "2026-11-18T10:14:00Z")];
    expect(ends(run)).toEqual([true, true]);
  });
});

test("a customer who moves to another channel is announced once", () => {
  const items = build([
    message("in", "2026-11-18T09:00:00Z", { channel: "email" }),
    message("in", "2026-11-18T09:10:00Z"),
    message("in", "2026-11-18T09:30:00Z"),
  ]);
  expect(kinds(items)).toEqual(["day", "mail", "channel", "bubble", "bubble"]);
});

test("our mails before the newest question fold, the last answer does not", () => {
  const mail = { channel: "email" };
  const items = build([
    message("out", "2026-11-18T09:00:00Z", mail),
    message("in", "2026-11-18T09:10:00Z", mail),
    message("out", "2026-11-18T09:30:00Z", mail),
  ]);
  expect(items.flatMap((item) => (item.kind === "mail" ? [item.folded] : []))).toEqual([true, false, false]);
});

test("the unread line stands once, before the first new word of the customer", () => {
  const items = build(
    [message("in", "2026-11-18T09:00:00Z"), message("out", "2026-11-18T09:10:00Z"), message("in", "2026-11-18T09:20:00Z"), message("in", "2026-11-18T09:30:00Z")],
    [],
    "2026-11-18T09:05:00Z",
  );
  expect(kinds(items)).toEqual(["day", "bubble", "bubble", "unread", "bubble", "bubble"]);
  expect(items.find((item) => item.kind === "unread")).toMatchObject({ count: 2 });
});

test("changes of the ticket stand where they happened; older ones than the page wait", () => {
  const items = build(
    [message("in", "2026-11-18T09:00:00Z"), message("in", "2026-11-18T11:00:00Z")],
    [event("2026-11-18T10:00:00Z", "status"), event("2026-11-18T08:00:00Z", "priority"), event("2026-11-18T10:30:00Z", "waiting_since")],
  );
  expect(kinds(items)).toEqual(["day", "bubble", "event", "bubble"]);
});

test("an entry is the same until something of it is another", () => {
  const bubble = { kind: "bubble", key: "m", message: {} as Message, ends: true } as const;
  expect(sameItem(bubble, { ...bubble })).toBe(true);
  expect(sameItem(bubble, { ...bubble, ends: false })).toBe(false);
  expect(sameItem(bubble, { ...bubble, message: {} as Message })).toBe(false);
});

describe("what is done to messages", () => {
  const act = (state: string) =>
    message("act", "2026-11-18T10:14:30Z", { delivery: { state } as Message["delivery"], act: { kind: "edit", message_id: "m", text: "x", emoji: "" } });

  test.each(["queued", "sending", "failed", "uncertain"])("has a line while it is %s", (state) => {
    expect(kinds(build([message("in", "2026-11-18T10:13:00Z"), act(state)]))).toEqual(["day", "bubble", "act"]);
  });

  test.each(["sent", "delivered", "cancelled"])("shows on the message alone when it is %s", (state) => {
    expect(kinds(build([message("in", "2026-11-18T10:13:00Z"), act(state)]))).toEqual(["day", "bubble"]);
  });

  test("parts no run of bubbles", () => {
    const items = build([message("in", "2026-11-18T10:13:00Z"), act("sent"), message("in", "2026-11-18T10:15:00Z")]);
    expect(items.flatMap((item) => (item.kind === "bubble" ? [item.ends] : []))).toEqual([false, true]);
  });
});

test("who came and went has a line", () => {
  const gone = { id: "e", kind: "membership.changed", at: "2026-11-18T10:14:00Z", changes: [{ field: "membership", before: null, after: "blocked" }] } as unknown as TicketEvent;
  expect(kinds(build([message("in", "2026-11-18T10:13:00Z")], [gone]))).toEqual(["day", "bubble", "event"]);
});
