import { expect, test } from "vitest";

import { keymapOf, remappedOf } from "./myPreferences";

test("keys go to the server and back", () => {
  const keymap = { next: ["w"], goMine: ["g", "m"] };
  expect(keymapOf(remappedOf(keymap))).toEqual(keymap);
});

test("a command that this version does not know, or one without keys, is left alone", () => {
  expect(keymapOf({ teleport: "w", next: "" })).toEqual({});
});
