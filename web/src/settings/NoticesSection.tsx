import { useTranslation } from "react-i18next";

import { useChangePreferences, useMyPreferences } from "../app/myPreferences";
import { AlertTable } from "./AlertTable";
import { DesktopPermission } from "./DesktopPermission";
import { QuietHours } from "./QuietHours";

/** What may call me, how, and when nothing may. */
export function NoticesSection() {
  const { t } = useTranslation();
  const { data: mine } = useMyPreferences();
  const change = useChangePreferences();
  if (!mine) return null;
  return (
    <>
      <p className="sec">{t("notices.about")}</p>
      <DesktopPermission />
      <AlertTable alerts={mine.alerts} onChange={(alerts) => change(() => ({ alerts }))} />
      <QuietHours quiet={mine.quiet} onChange={(quiet) => change(() => ({ quiet }))} />
    </>
  );
}
