import { expect, test } from "vitest";

import { around, aroundOf, asking, isComplete, opsOf, type Way } from "./conditions";

test.each<[Way, number]>([["last", 7], ["older", 2], ["next", 14]])("%s %i days goes out and comes back", (way, days) => {
  expect(aroundOf(around("created", way, days))).toEqual({ way, days });
});

test("a list keeps its values when it is turned round, and loses them for another field", () => {
  const chosen = { op: "one_of" as const, field: "tag", values: ["stove"] };
  expect(asking("tag", "none_of", chosen)).toEqual({ op: "none_of", field: "tag", values: ["stove"] });
  expect(asking("team", "one_of", chosen)).toEqual({ op: "one_of", field: "team", values: [] });
});

test("what lacks its value is not complete", () => {
  expect(isComplete(asking("tag", "one_of"))).toBe(false);
  expect(isComplete(asking("subject", "contains"))).toBe(false);
  expect(isComplete(asking("number", "between"))).toBe(false);
  expect(isComplete(asking("private", "is"))).toBe(true);
  expect(isComplete(asking("created", "around"))).toBe(true);
});

test("what a newer server may ask is not offered", () => {
  expect(opsOf({ name: "tag", kind: "choice", ops: ["is_set", "one_of", "rhymes_with"] })).toEqual(["one_of", "is_set"]);
});
