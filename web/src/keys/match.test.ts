import { describe, expect, test } from "vitest";

import { COMMANDS } from "./commands";
import { match, pressOf, type Press } from "./match";

const press = (key: string, more: Partial<Press> = {}): Press => ({
  key,
  ctrl: false,
  meta: false,
  alt: false,
  composing: false,
  typing: false,
  ...more,
});

describe("single keys", () => {
  test("a bound key gives its command", () => {
    expect(match([], press("j"))).toEqual({ pending: [], command: "next" });
  });

  test("an unbound key gives nothing", () => {
    expect(match([], press("q"))).toEqual({ pending: [], command: null });
  });

  test.each(["ctrl", "meta", "alt", "composing", "typing"] as const)("%s leaves the key alone", (guard) => {
    expect(match([], press("e", { [guard]: true })).command).toBeNull();
  });
});

describe("sequences", () => {
  test("the first key waits, the second completes", () => {
    const begun = match([], press("g"));
    expect(begun).toEqual({ pending: ["g"], command: null });
    expect(match(begun.pending, press("u")).command).toBe("goUnassigned");
  });

  test("a key that does not go on starts afresh", () => {
    expect(match(["g"], press("j"))).toEqual({ pending: [], command: "next" });
  });
});

test("no command is the beginning of another", () => {
  for (const one of COMMANDS)
    for (const other of COMMANDS)
      if (one !== other) expect(other.keys.slice(0, one.keys.length)).not.toEqual(one.keys);
});

test("keys pressed in a field count as typing", () => {
  const field = document.createElement("textarea");
  document.body.append(field);
  let seen: Press | null = null;
  field.addEventListener("keydown", (event) => (seen = pressOf(event)));
  field.dispatchEvent(new KeyboardEvent("keydown", { key: "j", bubbles: true }));
  expect(seen).toMatchObject({ key: "j", typing: true, composing: false });
});

test("keys of an input method count as composing", () => {
  expect(pressOf(new KeyboardEvent("keydown", { key: "j", isComposing: true })).composing).toBe(true);
});
