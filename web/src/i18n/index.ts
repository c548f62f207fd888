import i18next from "i18next";
import { initReactI18next } from "react-i18next";

import { readPreference } from "../app/preferences";
import en from "./en.json";
import { learn } from "./said";

export const LANGUAGES = { en: "English", "zh-CN": "简体中文" } as const;
export type Language = keyof typeof LANGUAGES;

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    resources: { translation: typeof en };
  }
}

/**
 * For the whole page. Each component that uses words copies what the instance itself owns, and there are a thousand of
 * them: this one owns nothing.
 */
export const shared = Object.create(i18next) as typeof i18next;

/** The language an agent chose, else the first of the browser's that we speak. */
export function preferredLanguage(): Language {
  const chosen = readPreference("language");
  if (chosen !== "auto") return chosen;
  return navigator.languages.find((tag) => /^(en|zh)\b/.test(tag))?.startsWith("zh") ? "zh-CN" : "en";
}

export async function speak(language: Language): Promise<void> {
  if (language === "zh-CN" && !i18next.hasResourceBundle(language, "translation")) {
    const [words, sentences] = await Promise.all([import("./zh-CN.json"), import("./said.zh-CN.json")]);
    learn(sentences.default);
    i18next.addResourceBundle(language, "translation", words.default);
  }
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}

export async function startI18n(language: Language): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: "en",
    fallbackLng: "en",
    resources: { en: { translation: en } },
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  await speak(language);
}
