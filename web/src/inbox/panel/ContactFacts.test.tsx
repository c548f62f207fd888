import { render, screen } from "@testing-library/react";
import { beforeAll, expect, test } from "vitest";

import type { Ticket } from "../../api/types";
import { startI18n } from "../../i18n";
import { ContactFacts } from "./ContactFacts";

beforeAll(() => startI18n("en"));

const POINTS = [
  { family: "tel", value: "+393475550182", display: "+39 347 555 0182", verified: true },
  { family: "telegram", value: "48213", display: "", verified: true },
  { family: "webchat", value: "lin", display: "", verified: false },
];
const ticket = {
  contact: { id: "c", name: "Elena Marchetti", language: "", points: POINTS },
  conversations: [{ id: "1", recipient: "webchat:demo-chat/lin", last_in_at: null }],
} as unknown as Ticket;

test("people read numbers and words; a provider's bare id is only a title", () => {
  render(<ContactFacts ticket={ticket} />);
  const [phone, telegram, chat] = screen.getAllByRole("listitem");
  expect(phone?.textContent).toContain("+39 347 555 0182");
  expect(telegram?.textContent).toBe("TelegramVerified");
  expect(screen.getByTitle("48213").textContent).toBe("Telegram");
  expect(chat?.textContent).toBe("Web chatIn use");
  expect(screen.getByTitle("lin").textContent).toBe("Web chat");
});
