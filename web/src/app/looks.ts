import type { MantineColorScheme } from "@mantine/core";

import { speak, type Language } from "../i18n";
import { useChangePreferences } from "./myPreferences";
import { writePreference } from "./preferences";

export { LANGUAGES, type Language } from "../i18n";

export const SCHEMES: readonly MantineColorScheme[] = ["auto", "light", "dark"];

/** Language and theme of a signed-in agent, wherever they sign in. */
export function useLooks() {
  const change = useChangePreferences();
  return {
    /** "auto": as the browser has it. */
    chooseLanguage: (language: Language | "auto") => {
      writePreference("language", language);
      change(() => ({ language: language === "auto" ? "" : language }));
    },
    chooseScheme: (scheme: MantineColorScheme) => change(() => ({ theme: scheme === "auto" ? "system" : scheme })),
  };
}

/** At the door nobody is known yet: the language is this browser's. */
export function chooseLanguage(language: Language): void {
  writePreference("language", language);
  void speak(language);
}
