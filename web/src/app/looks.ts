import type { MantineColorScheme } from "@mantine/core";

import { speak, type Language } from "../i18n";
import { writePreference } from "./preferences";

export { LANGUAGES, type Language } from "../i18n";

export const SCHEMES: readonly MantineColorScheme[] = ["auto", "light", "dark"];

/** Speaks a language from now on, in this browser. */
export function chooseLanguage(language: Language): void {
  writePreference("language", language);
  void speak(language);
}
