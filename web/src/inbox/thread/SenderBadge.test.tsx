import { render, screen } from "@testing-library/react";
import { beforeAll, expect, test } from "vitest";

import type { Message } from "../../api/types";
import { startI18n } from "../../i18n";
import { Doubts } from "./Doubts";
import { SenderBadge, SignatureBadges } from "./SenderBadge";

beforeAll(() => startI18n("en"));

type Trust = NonNullable<Message["sender_trust"]>;

const trust = (verdict: Trust["verdict"], more: Partial<Trust> = {}): Trust => ({
  verdict, domain: "shop.example", spf: "fail", dkim: "none", dmarc: verdict, policy: "reject", by: "", reason: "", ...more,
});
const mail = (found: Trust | null, more: Partial<Message> = {}) =>
  ({ direction: "in", sender_trust: found, warnings: [], author: { address: "ada@shop.example", name: "Ada" }, ...more }) as unknown as Message;

test.each([
  ["pass", "Sender verified"],
  ["fail", "Sender not genuine"],
  ["temperror", "Sender not checked"],
] as const)("%s is said in words, and on what it rests", (verdict, words) => {
  render(<SenderBadge message={mail(trust(verdict))} />);
  const badge = screen.getByText(words);
  expect(badge.title).toBe(`shop.example\nSPF fail · DKIM none · DMARC ${verdict}`);
});

test("a relay's word names the relay", () => {
  render(<SenderBadge message={mail(trust("pass", { by: "mx.halden.example" }))} />);
  expect(screen.getByText("Sender verified").title).toContain("said by mx.halden.example");
});

test.each([mail(null), mail(trust("none")), mail(trust("pass"), { direction: "out" })])(
  "where nothing is known, and on our own mails, nothing is claimed",
  (message) => {
    const { container } = render(<SenderBadge message={message} />);
    expect(container.textContent).toBe("");
  },
);

test("a failing mail warns by the address and the domain that denies it", () => {
  render(<Doubts message={mail(trust("fail"), { warnings: ["sender-failed"] })} />);
  const warning = screen.getByRole("list", { name: "About the sender" });
  expect(warning.textContent).toContain("may not be from ada@shop.example");
  expect(warning.textContent).toContain("shop.example sent it");
});

test.each([
  ["verified", "Signature verified", "pass"],
  ["invalid", "Signature broken", "fail"],
  ["unknown", "Signed by an unknown key", ""],
  ["unchecked", "Signed", ""],
  ["encrypted", "Encrypted", ""],
] as const)("a signature that is %s says so", (state, words, tone) => {
  const signature = { kind: "smime" as const, state, signer: "ada@shop.example", reason: "why" };
  render(<SignatureBadges message={mail(null, { signatures: [signature] })} />);
  const badge = screen.getByText(words);
  expect(badge.className.trim()).toBe(`trust ${tone}`.trim());
  expect(badge.title).toBe("S/MIME\nada@shop.example\nwhy");
});
