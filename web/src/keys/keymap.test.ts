import { expect, test } from "vitest";

import { boundCommands, isKeymap, refusal, remapped } from "./keymap";
import { match } from "./match";

const press = (key: string) => ({ key, ctrl: false, meta: false, alt: false, composing: false, typing: false });

test("a command answers to the keys it was given, and to its own no more", () => {
  const commands = boundCommands({ next: ["w"] });
  expect(match([], press("w"), commands).command).toBe("next");
  expect(match([], press("j"), commands).command).toBeNull();
});

test("keys of another command are refused by its name", () => {
  expect(refusal({}, "next", ["e"])).toEqual({ why: "taken", by: "solve" });
  expect(refusal({}, "next", ["g"])).toEqual({ why: "taken", by: "goMine" });
  expect(refusal({}, "next", ["e", "e"])).toEqual({ why: "taken", by: "solve" });
  expect(refusal({ solve: ["q"] }, "next", ["e"])).toBeNull();
  expect(refusal({}, "next", ["j"])).toBeNull();
});

test.each([[["Escape"]], [["Enter"]], [[" "]], [["ArrowDown"]], [["F5"]], [[]], [["1", "2", "3"]]])("%j are not free", (keys) => {
  expect(refusal({}, "next", keys)).toEqual({ why: "reserved" });
});

test("its own keys again leave no trace", () => {
  expect(remapped(remapped({}, "next", ["w"]), "next", ["j"])).toEqual({});
});

test.each([
  [{ next: ["w"] }, true],
  [{ nowhere: ["w"] }, false],
  [{ next: "w" }, false],
  [[], false],
  [null, false],
])("whether %j is a keymap: %s", (value, expected) => {
  expect(isKeymap(value)).toBe(expected);
});
