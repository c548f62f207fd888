import { useSyncExternalStore } from "react";

/** What an agent chose for this browser; the first value of each is the default. */
const CHOICES = {
  keys: ["on", "off"],
  panel: ["open", "closed"],
  language: ["auto", "en", "zh-CN"],
} as const;

type Name = keyof typeof CHOICES;
type Value<N extends Name> = (typeof CHOICES)[N][number];

const listeners = new Set<() => void>();
const storageKey = (name: Name) => `parley.${name}`;

export function readPreference<N extends Name>(name: N): Value<N> {
  const choices: readonly Value<N>[] = CHOICES[name];
  const kept = localStorage.getItem(storageKey(name));
  return choices.find((choice) => choice === kept) ?? (choices[0] as Value<N>);
}

export function writePreference<N extends Name>(name: N, value: Value<N>): void {
  localStorage.setItem(storageKey(name), value);
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
