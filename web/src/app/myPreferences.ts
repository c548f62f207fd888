import { useMantineColorScheme } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect } from "react";
import { useTranslation } from "react-i18next";

import { readPreferences, writePreferences } from "../api/calls";
import { keys } from "../api/keys";
import type { Preferences } from "../api/types";
import { preferredLanguage, speak } from "../i18n";
import { isKeymap, type Keymap } from "../keys/keymap";
import { writePreference } from "./preferences";
import { useToast } from "./ToastProvider";

const TOAST_MS = 6_000;

/** The server keeps keys pressed one after the other as one text, with spaces between. */
export const keymapOf = (remapped: Record<string, string>): Keymap => {
  const named = Object.entries(remapped).filter(([, chord]) => chord !== "");
  const known = named.filter(([id, chord]) => isKeymap({ [id]: [chord] }));
  return Object.fromEntries(known.map(([id, chord]) => [id, chord.split(" ")]));
};
export const remappedOf = (keymap: Keymap): Record<string, string> =>
  Object.fromEntries(Object.entries(keymap).map(([id, keys]) => [id, keys.join(" ")]));

/** Keeps a copy where the page finds it before anybody is asked: no flash of another theme or language. */
function settle(wanted: Preferences): void {
  // Who left the language open may have chosen one at the door.
  if (wanted.language) writePreference("language", wanted.language);
  writePreference("keys", wanted.keys.on ? "on" : "off");
  writePreference("keymap", keymapOf(wanted.keys.remapped));
  void speak(preferredLanguage());
}

export const useMyPreferences = () =>
  useQuery({ queryKey: keys.preferences, queryFn: readPreferences, staleTime: Infinity });

/** Follows the agent's preferences from whatever machine they were set. */
export function usePreferencesHere(): void {
  const { data } = useMyPreferences();
  const { setColorScheme } = useMantineColorScheme();
  useEffect(() => {
    if (!data) return;
    settle(data);
    setColorScheme(data.theme === "system" ? "auto" : data.theme);
  }, [data, setColorScheme]);
}

/** Changes some preferences: here at once, and kept by the server; what it refuses is taken back. */
export function useChangePreferences(): (change: (now: Preferences) => Partial<Preferences>) => void {
  const cache = useQueryClient();
  const toast = useToast();
  const { t } = useTranslation();
  return useCallback(
    (change) => {
      const before = cache.getQueryData<Preferences>(keys.preferences);
      if (!before) return;
      const next = { ...before, ...change(before) };
      cache.setQueryData(keys.preferences, next);
      writePreferences(next).catch((error: Error) => {
        if (cache.getQueryData(keys.preferences) === next) cache.setQueryData(keys.preferences, before);
        toast({ tone: "bad", until: Date.now() + TOAST_MS, text: () => t("prefs.notKept", { why: error.message }) });
      });
    },
    [cache, toast, t],
  );
}
