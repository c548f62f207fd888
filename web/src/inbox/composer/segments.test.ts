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
  // 152 + one of two places does not fit into 153: it opens the next part.
  ["a".repeat(152) + "€" + "a".repeat(152), { used: 306, room: 459, parts: 3 }],
  ["😀".repeat(67), { used: 134, room: 201, parts: 3 }],
])("segments of %j", (text, expected) => {
  expect(segmentsOf(text)).toEqual(expected);
});
