import { useMantineColorScheme } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useMe } from "../api/queries";
import type { Preferences } from "../api/types";
import { LANGUAGES, SCHEMES, useLooks, type Language } from "../app/looks";
import { useChangePreferences, useMyPreferences } from "../app/myPreferences";
import { useMay } from "../app/useMay";
import { Avatar } from "../parts/Avatar";
import { Segmented } from "../parts/Segmented";
import { Field } from "./Field";
import { Select } from "../parts/Select";

const SENDS = ["send", "solved", "waiting"] as const satisfies readonly Preferences["send_action"][];
const ZONES = Intl.supportedValuesOf("timeZone");

/** Who I am here, and how Parley looks and acts for me. */
export function ProfileSection() {
  const { t } = useTranslation();
  const me = useMe();
  const { data: mine } = useMyPreferences();
  const may = useMay();
  const change = useChangePreferences();
  const { colorScheme } = useMantineColorScheme();
  const { chooseLanguage, chooseScheme } = useLooks();
  if (!mine) return null;
  const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const languages = [{ value: "auto" as const, label: t("theme.auto") }, ...Object.entries(LANGUAGES).map(([value, label]) => ({ value: value as Language, label, lang: value }))];
  const zones = [{ value: "", label: t("prefs.zoneHere", { zone: browserZone }) }, ...ZONES.map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") }))];
  return (
    <>
      <div className="whoami">
        <Avatar name={me.name} size="b" mine />
        <div>
          <p className="strong">{me.name}</p>
          <p className="meta">{me.email}</p>
        </div>
      </div>
      <Field label={t("prefs.language")} control="set-language">
        <Select id="set-language" value={mine.language || "auto"} options={languages} onChange={chooseLanguage} />
      </Field>
      <Field label={t("prefs.theme")}>
        <Segmented label={t("prefs.theme")} value={colorScheme} options={SCHEMES.map((value) => ({ value, label: t(`theme.${value}`) }))} onChange={chooseScheme} />
      </Field>
      <Field label={t("prefs.zone")} control="set-zone">
        <Select id="set-zone" value={mine.time_zone} options={zones} onChange={(time_zone) => change(() => ({ time_zone }))} />
      </Field>
      {may("reply") && may("change") ? (
        <Field label={t("prefs.send")} hint={t("prefs.sendHint")} control="set-send">
          <Select id="set-send" value={mine.send_action} options={SENDS.map((value) => ({ value, label: t(`prefs.sends.${value}`) }))} onChange={(send_action) => change(() => ({ send_action }))} />
        </Field>
      ) : null}
    </>
  );
}
