import { useEffect, useRef, useState, type KeyboardEvent } from "react";

import type { Refusal } from "./keymap";

/** How long a first key waits for a second before it stands alone. */
const SECOND_MS = 900;
const MODIFIERS = new Set(["Shift", "Control", "Alt", "Meta", "AltGraph", "CapsLock"]);
const MOST_KEYS = 2;

/** Hears the new keys of a shortcut: one, or two after each other; Enter waits for no second, Escape gives up. */
export function useKeyCapture(
  refuse: (keys: readonly string[]) => Refusal | null,
  take: (keys: readonly string[]) => void,
  giveUp: () => void,
) {
  const [pressed, setPressed] = useState<readonly string[] | null>(null);
  const [refused, setRefused] = useState<Refusal | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const settle = (keys: readonly string[]) => {
    const why = refuse(keys);
    if (!why) return take(keys);
    setRefused(why);
    setPressed(null);
  };
  const listen = (event: KeyboardEvent) => {
    if (event.key === "Tab" || MODIFIERS.has(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    clearTimeout(timer.current);
    if (event.key === "Escape") return giveUp();
    if (event.key === "Enter" && pressed) return settle(pressed);
    setRefused(null);
    const keys = [...(pressed ?? []), event.key];
    if (keys.length === MOST_KEYS) return settle(keys);
    setPressed(keys);
    timer.current = setTimeout(() => settle(keys), SECOND_MS);
  };
  return { pressed, refused, listen };
}
