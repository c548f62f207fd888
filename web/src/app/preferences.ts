import { useSyncExternalStore } from "react";

import { isKeymap, type Keymap } from "../keys/keymap";

/** How one preference is kept as text; `initial` is also the answer to text that means nothing. */
interface Kind<T> {
  initial: T;
  read: (text: string) => T | undefined;
  write: (value: T) => string;
}

const oneOf = <T extends string>(...choices: [T, ...T[]]): Kind<T> => ({
  initial: choices[0],
  read: (text) => choices.find((choice) => choice === text),
  write: (value) => value,
});

const numberIn = (least: number, most: number, initial: number): Kind<number> => ({
  initial,
  read: (text) => (/^\d+$/.test(text) ? Math.min(most, Math.max(least, Number(text))) : undefined),
  write: String,
});

const json = <T>(initial: T, fits: (value: unknown) => value is T): Kind<T> => ({
  initial,
  read: (text) => {
    try {
      const value: unknown = JSON.parse(text);
      return fits(value) ? value : undefined;
    } catch {
      return undefined;
    }
  },
  write: (value) => JSON.stringify(value),
});

const NO_KEYS: Keymap = {};
const NO_WORDS: readonly string[] = [];
const areWords = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === "string");

export const LIST_NARROWEST = 280;
export const LIST_WIDEST = 480;

/** What an agent chose for this browser. */
const KINDS = {
  keys: oneOf("on", "off"),
  keymap: json<Keymap>(NO_KEYS, isKeymap),
  panel: oneOf("open", "closed"),
  language: oneOf("auto", "en", "zh-CN"),
  listWidth: numberIn(LIST_NARROWEST, LIST_WIDEST, 352),
  searches: json<readonly string[]>(NO_WORDS, areWords),
} as const;

export type Name = keyof typeof KINDS;
export type Value<N extends Name> = (typeof KINDS)[N] extends Kind<infer T> ? T : never;

const listeners = new Set<() => void>();
const storageKey = (name: Name) => `parley.${name}`;
/** The last text read of each and what it meant: one text gives one and the same object. */
const seen = new Map<Name, { text: string | null; value: unknown }>();

export function readPreference<N extends Name>(name: N): Value<N> {
  const kind = KINDS[name] as unknown as Kind<Value<N>>;
  const text = localStorage.getItem(storageKey(name));
  const before = seen.get(name);
  if (before?.text === text) return before.value as Value<N>;
  const value = (text === null ? undefined : kind.read(text)) ?? kind.initial;
  seen.set(name, { text, value });
  return value;
}

export function writePreference<N extends Name>(name: N, value: Value<N>): void {
  const kind = KINDS[name] as unknown as Kind<Value<N>>;
  localStorage.setItem(storageKey(name), kind.write(value));
  listeners.forEach((listener) => listener());
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
  };
}

/** A preference and its setter; every tab of this browser follows. */
export function usePreference<N extends Name>(name: N): [Value<N>, (value: Value<N>) => void] {
  const value = useSyncExternalStore(subscribe, () => readPreference(name));
  return [value, (next) => writePreference(name, next)];
}
