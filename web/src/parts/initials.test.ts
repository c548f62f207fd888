import { expect, test } from "vitest";

import { initials } from "./initials";

test.each([
  ["Mira Okafor", "MO"],
  ["Elena", "E"],
  ["林晓雯", "林"],
  ["+1 415 555 0137", "#"],
  ["elena.m@posta.example", "EE"],
  ["Marguerite Delacroix-Lefèvre", "ML"],
  ["", "?"],
])("initials of %s are %s", (name, expected) => {
  expect(initials(name)).toBe(expected);
});
