import { expect, test } from "vitest";

import type { Conversation, Message } from "../../api/types";
import { usualConversation } from "./choice";

const line = (id: string, last_in_at: string | null, can_reply = true) => ({ id, last_in_at, can_reply }) as Conversation;
const inOn = (conversation_id: string) => ({ conversation_id }) as Message;
const mail = line("mail", "2026-11-21T08:00:00.000Z");
const chat = line("chat", "2026-11-22T07:00:00.000Z");

test("before the messages have come, the answer already goes where the customer last wrote", () => {
  expect(usualConversation([mail, chat], undefined)).toBe(chat);
});

test("the newest message on screen decides over what the ticket knew", () => {
  expect(usualConversation([mail, chat], inOn("mail"))).toBe(mail);
});

test("where one cannot answer, the next latest is taken", () => {
  const shut = line("shut", "2026-11-22T09:00:00.000Z", false);
  expect(usualConversation([mail, shut, chat], inOn("shut"))).toBe(chat);
});

test("where one can answer nowhere, the last is shown with its reason", () => {
  expect(usualConversation([line("never", null, false), line("shut", "2026-11-22T09:00:00.000Z", false)], undefined)?.id).toBe("shut");
});
