import { expect, test } from "vitest";

import { plainAddress, readableNumber } from "./address";

test.each([
  ["mailto:elena.m@posta.example", "elena.m@posta.example"],
  ["tel:+14155550137", "+14155550137"],
  ["elena.m@posta.example", "elena.m@posta.example"],
  ["telegram:812:99", "812:99"],
  ["", ""],
])("%s is shown as %s", (recipient, shown) => {
  expect(plainAddress(recipient)).toBe(shown);
});

test.each([
  ["+14155550137", "+1 415 555 0137"],
  ["+393475550182", "+39 347 555 0182"],
  ["+8613800138000", "+86 138 0013 8000"],
  ["+35312345678", "+353 1234 5678"],
  ["+4144", "+4144"],
  ["Elena Marchetti", "Elena Marchetti"],
  ["34567", "34567"],
])("the number %s is read as %s", (text, shown) => {
  expect(readableNumber(text)).toBe(shown);
});
