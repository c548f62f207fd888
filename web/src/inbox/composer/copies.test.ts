import { expect, test } from "vitest";

import type { Conversation, Message } from "../../api/types";
import { addressesIn } from "./AddressField";
import { everyoneElse } from "./copies";

const conversation = { id: "c", recipient: "mailto:elena@posta.example", recipient_display: "elena@posta.example" } as Conversation;
const mail = (to: string[], cc: string[]) => ({ conversation_id: "c", author: { address: "Elena@posta.example" }, to, cc }) as Message;

test("a reply to all copies neither us nor the one who is answered", () => {
  const last = mail(["support+x7@halden.example", "jo@posta.example"], ["Jo@posta.example", "elena@posta.example", "kai@posta.example"]);
  expect(everyoneElse(last, conversation, ["Support@halden.example"])).toEqual(["Jo@posta.example", "kai@posta.example"]);
});

test("a mail of another conversation names nobody here", () => {
  expect(everyoneElse({ ...mail(["a@b.example"], []), conversation_id: "d" }, conversation, [])).toEqual([]);
});

test("addresses are found in whatever was pasted", () => {
  expect(addressesIn("Jo <jo@x.example>, a@b.example; nobody")).toEqual(["jo@x.example", "a@b.example"]);
});
