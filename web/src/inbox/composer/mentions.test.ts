import { expect, test } from "vitest";

import { marked, partsOf } from "./mentions";

const AGENTS = [{ id: "a1", name: "Jun" }, { id: "a2", name: "Jun Park" }, { id: "a3", name: "林晓雯" }];

test("the longest name is meant, and a longer word is nobody", () => {
  expect(marked("@Jun Park and @Jun, not @Juniper", AGENTS)).toEqual({
    text: "@[Jun Park](agent:a2) and @[Jun](agent:a1), not @Juniper",
    mentions: ["a2", "a1"],
  });
});

test("a name without Latin letters is called too, and once is enough", () => {
  expect(marked("@林晓雯 @林晓雯", AGENTS).mentions).toEqual(["a3"]);
});

test("signs of patterns in a name are only signs", () => {
  expect(marked("@A.B (x)", [{ id: "a", name: "A.B (x)" }]).mentions).toEqual(["a"]);
});

test("a kept note reads as it was typed", () => {
  expect(partsOf("ask @[Jun Park](agent:a2) now")).toEqual([
    { text: "ask ", agent: null },
    { text: "@Jun Park", agent: "a2" },
    { text: " now", agent: null },
  ]);
});
