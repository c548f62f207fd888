import { expect, test } from "vitest";

import { OnceKeys } from "./onceKeys";

function setUp() {
  let made = 0;
  return new OnceKeys(() => `key-${(made += 1)}`);
}

test("the same words after silence keep their key", () => {
  const keys = setUp();
  expect([keys.keyFor("hello"), keys.keyFor("hello")]).toEqual(["key-1", "key-1"]);
});

test("other words are another deed", () => {
  const keys = setUp();
  expect([keys.keyFor("hello"), keys.keyFor("hello there")]).toEqual(["key-1", "key-2"]);
});

test("the same words after an answer are sent anew: a reply taken back can be sent again", () => {
  const keys = setUp();
  keys.keyFor("hello");
  keys.answered();
  expect(keys.keyFor("hello")).toBe("key-2");
});
