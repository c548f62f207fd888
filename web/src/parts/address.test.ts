import { expect, test } from "vitest";

import { reaches } from "./address";

test.each([
  ["mailto:elena.m@posta.example", "mailto", "elena.m@posta.example", true],
  ["tel:+14155550137", "tel", "+14155550137", true],
  ["webchat:demo-chat/lin", "webchat", "lin", true],
  ["webchat:demo-chat/lin", "webchat", "in", false],
  ["telegram:48213", "tel", "48213", false],
  ["telegram:148213", "telegram", "48213", false],
  ["", "mailto", "", false],
])("whether %s is %s %s: %s", (recipient, family, value, expected) => {
  expect(reaches(recipient, { family, value })).toBe(expected);
});
