import { expect, test } from "vitest";

import type { Entry } from "./entry";
import { rank } from "./rank";

const entry = (label: string, more: Partial<Entry> = {}): Entry => ({ id: label, group: "go", label, ...more });
const labels = (entries: Entry[], typed: string) => rank(entries, typed).map((one) => one.entry.label);

test("every typed word must be there, in any order", () => {
  const all = [entry("Go to On customer"), entry("Go to Unassigned")];
  expect(labels(all, "cust go")).toEqual(["Go to On customer"]);
  expect(labels(all, "go nowhere")).toEqual([]);
});

test("a word's beginning goes before its middle, other words last", () => {
  const all = [entry("Priority", { words: "urgent wa" }), entry("Software"), entry("Yuki Watanabe"), entry("Warranty")];
  expect(labels(all, "wa")).toEqual(["Warranty", "Yuki Watanabe", "Software", "Priority"]);
});

test("groups stay together, the best one first", () => {
  const all = [entry("Swan"), entry("Walk", { group: "people" }), entry("Rewax", { group: "people" })];
  expect(labels(all, "wa")).toEqual(["Walk", "Rewax", "Swan"]);
});

test("marks count code points, Chinese and emoji included", () => {
  expect(rank([entry("👍 王芳 Wang")], "王芳")[0]?.marks).toEqual([[2, 4]]);
});

test("what is only for typed words waits for them; what is always there stays last", () => {
  const all = [entry("Jump", { onDemand: true, always: true }), entry("Jungle")];
  expect(labels(all, "")).toEqual(["Jungle"]);
  expect(labels(all, "zzz")).toEqual(["Jump"]);
  expect(labels(all, "jungle")).toEqual(["Jungle", "Jump"]);
});
