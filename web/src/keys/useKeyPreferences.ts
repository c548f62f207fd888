import { remappedOf, useChangePreferences } from "../app/myPreferences";
import { usePreference } from "../app/preferences";
import type { Keymap } from "./keymap";

/** The agent's shortcuts, kept for every browser they use. */
export function useKeyPreferences() {
  const change = useChangePreferences();
  const [single] = usePreference("keys");
  const [keymap] = usePreference("keymap");
  return {
    on: single === "on",
    turn: (on: boolean) => change(({ keys }) => ({ keys: { ...keys, on } })),
    keymap,
    setKeymap: (next: Keymap) => change(({ keys }) => ({ keys: { ...keys, remapped: remappedOf(next) } })),
  };
}
