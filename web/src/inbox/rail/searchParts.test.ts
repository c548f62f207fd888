import { expect, test } from "vitest";

import { lastPart } from "./searchParts";

test.each([
  ["", ""],
  ["valve", "valve"],
  ["valve ", ""],
  ["valve tag:sto", "tag:sto"],
  ['from:"Elena Ma', 'from:"Elena Ma'],
  ["炉头 标签", "标签"],
])("the last part of %s is %s", (line, part) => {
  expect(lastPart(line)).toBe(part);
});
