import i18next from "i18next";
import { beforeAll, expect, test } from "vitest";

import type { Agent, TicketEvent } from "../api/types";
import { speak, startI18n } from "../i18n";
import { eventWords } from "./eventWords";

const MIRA = { id: "a-mira", name: "Mira Okafor" } as Agent;
const JUN = { id: "a-jun", name: "Jun Park" } as Agent;
const change = (field: string, after: string | null) => ({ field, before: null, after });
const told = (changes: TicketEvent["changes"], more: Partial<TicketEvent> = {}) =>
  eventWords({ kind: "ticket.changed", actor: { kind: "agent", ...MIRA }, changes, ...more } as TicketEvent, [MIRA, JUN], i18next.t);

const PRIORITY = change("priority", "urgent");
const TAKEN = change("assignee_id", "a-mira");
const TAGS = change("tags", "stove, batch-26-09");

beforeAll(() => startI18n("en"));

test("one actor is named once, however much they changed", () => {
  expect(told([PRIORITY])).toBe("Mira Okafor set priority to Urgent");
  expect(told([PRIORITY, TAGS])).toBe("Mira Okafor set priority to Urgent and set tags to stove, batch-26-09");
  expect(told([PRIORITY, TAKEN, TAGS])).toBe(
    "Mira Okafor set priority to Urgent, took the ticket and set tags to stove, batch-26-09",
  );
});

test("changes without words leave no gap in the sentence", () => {
  expect(told([change("waiting_since", "x"), change("assignee_id", "a-jun"), change("solved_at", null)])).toBe("Mira Okafor assigned Jun Park");
  expect(told([change("waiting_since", "x")])).toBeNull();
});

test("what is no change tells its kind", () => {
  expect(told([PRIORITY], { kind: "ticket.created" })).toBe("Mira Okafor opened the ticket");
  expect(told([], { kind: "ticket.created" })).toBe("Mira Okafor opened the ticket");
});

test("what a server reported of a recipient names that one", () => {
  const report = { field: "recipient_delayed", before: "jo@x.example", after: "4.4.1 connection timed out" };
  expect(told([change("delivery", "sent"), report], { kind: "delivery.changed" })).toBe("The mail to jo@x.example is delayed");
  expect(told([change("delivery", "sent")], { kind: "delivery.changed" })).toBeNull();
});

test("what a customer changed at their provider is not said to be ours", () => {
  const system = { kind: "system", id: "", name: "Parley" } as const;
  expect(told([], { kind: "message.edited", actor: system })).toBe("A message was edited");
  expect(told([], { kind: "message.deleted", actor: system })).toBe("A message was deleted");
});

test("a bounce is the word of a mail system, not of the customer", () => {
  expect(told([], { kind: "message.received", actor: { kind: "system", id: "", name: "Parley" } })).toBe("A mail system reported");
});

test("Chinese joins the same acts with its own signs", async () => {
  await speak("zh-CN");
  expect(told([PRIORITY, TAKEN, TAGS])).toBe("Mira Okafor 将优先级设为紧急，接手了工单，并将标签设为 stove, batch-26-09");
  await speak("en");
});

test("who joined, left or blocked us is told; other words of a newer server are not", () => {
  const by = { kind: "membership.changed", actor: { kind: "contact", id: "c", name: "Ines Duarte" } } as Partial<TicketEvent>;
  expect(told([change("membership", "blocked")], by)).toBe("Ines Duarte blocked us on this channel");
  expect(told([change("membership", "joined")], by)).toBe("Ines Duarte joined the conversation");
  expect(told([change("membership", "ascended")], by)).toBeNull();
});
