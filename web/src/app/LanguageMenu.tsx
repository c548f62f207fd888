import { useTranslation } from "react-i18next";

import { Segmented } from "../parts/Segmented";
import { chooseLanguage, LANGUAGES, type Language } from "./looks";

const OPTIONS = Object.entries(LANGUAGES).map(([value, label]) => ({
  value: value as Language,
  label: <span lang={value}>{label}</span>,
}));

export function LanguageMenu() {
  const { t, i18n } = useTranslation();
  const value = i18n.language === "zh-CN" ? "zh-CN" : "en";
  return (
    <div className="langs">
      <Segmented label={t("prefs.language")} value={value} options={OPTIONS} onChange={chooseLanguage} />
    </div>
  );
}
