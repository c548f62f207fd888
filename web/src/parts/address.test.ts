import { expect, test } from "vitest";

import { plainAddress } from "./address";

test.each([
  ["mailto:elena.m@posta.example", "elena.m@posta.example"],
  ["tel:+14155550137", "+14155550137"],
  ["elena.m@posta.example", "elena.m@posta.example"],
  ["telegram:812:99", "812:99"],
  ["", ""],
])("%s is shown as %s", (recipient, shown) => {
  expect(plainAddress(recipient)).toBe(shown);
});
