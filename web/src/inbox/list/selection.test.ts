import { expect, test } from "vitest";

import { NONE, stretched, toggled, within } from "./selection";

const order = ["a", "b", "c", "d"];
const ids = (chosen: { ids: ReadonlySet<string> }) => [...chosen.ids].sort().join("");

test("a press chooses, a second press lets go", () => {
  const one = toggled(NONE, "b");
  expect(ids(one)).toBe("b");
  expect(ids(toggled(one, "b"))).toBe("");
});

test.each([
  ["d", "bcd"],
  ["a", "ab"],
  ["b", "b"],
])("Shift from b to %s chooses %s", (to, expected) => {
  expect(ids(stretched(toggled(NONE, "b"), to, order))).toBe(expected);
});

test("Shift adds to what was chosen, and goes on from the same place", () => {
  const some = stretched(toggled(toggled(NONE, "a"), "c"), "d", order);
  expect(ids(some)).toBe("acd");
  expect(some.anchor).toBe("c");
});

test("without a beginning Shift chooses the one", () => {
  expect(ids(stretched(NONE, "c", order))).toBe("c");
  expect(ids(stretched(toggled(NONE, "gone"), "c", order))).toBe("cgone");
});

test("what left the list is let go", () => {
  expect(ids(within(toggled(toggled(NONE, "a"), "gone"), order))).toBe("a");
  const kept = toggled(NONE, "a");
  expect(within(kept, order)).toBe(kept);
});
