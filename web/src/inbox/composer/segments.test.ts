import { expect, test } from "vitest";

import { segmentsOf } from "./segments";

test.each([
  ["", { used: 0, room: 160, parts: 1 }],
  ["a".repeat(160), { used: 160, room: 160, parts: 1 }],
  ["a".repeat(161), { used: 161, room: 306, parts: 2 }],
  ["€", { used: 2, room: 160, parts: 1 }],
  ["你好", { used: 2, room: 70, parts: 1 }],
  ["你".repeat(71), { used: 71, room: 134, parts: 2 }],
  ["👍", { used: 2, room: 70, parts: 1 }],
])("segments of %j", (text, expected) => {
  expect(segmentsOf(text)).toEqual(expected);
});
