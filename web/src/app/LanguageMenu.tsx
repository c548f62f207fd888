import { useTranslation } from "react-i18next";

import { LANGUAGES, speak, type Language } from "../i18n";
import { Segmented } from "../parts/Segmented";
import { writePreference } from "./preferences";

const OPTIONS = Object.entries(LANGUAGES).map(([value, label]) => ({
  value: value as Language,
  label: <span lang={value}>{label}</span>,
}));

export function LanguageMenu() {
  const { t, i18n } = useTranslation();
  const choose = (language: Language) => {
    writePreference("language", language);
    void speak(language);
  };
  const value = i18n.language === "zh-CN" ? "zh-CN" : "en";
  return (
    <div className="langs">
      <Segmented label={t("prefs.language")} value={value} options={OPTIONS} onChange={choose} />
    </div>
  );
}
