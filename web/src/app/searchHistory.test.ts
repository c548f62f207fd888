import { expect, test } from "vitest";

import { forgetAll } from "./forget";
import { readPreference } from "./preferences";
import { remembered, rememberSearch } from "./searchHistory";

test("newest first, each once, and not for ever", () => {
  expect(remembered(["valve", "tent"], "tent")).toEqual(["tent", "valve"]);
  expect(remembered(["1", "2", "3", "4", "5", "6", "7", "8"], "9")).toEqual(["9", "1", "2", "3", "4", "5", "6", "7"]);
});

test("the next agent at this browser finds none of it", () => {
  rememberSearch("Elena");
  expect(readPreference("searches")).toEqual(["Elena"]);
  forgetAll();
  expect(readPreference("searches")).toEqual([]);
});
