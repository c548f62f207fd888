import { useTranslation } from "react-i18next";

import type { Preferences } from "../api/types";
import { Field } from "./Field";

type Quiet = Preferences["quiet"];

/** Monday to Sunday, as ISO 8601 counts; 5 January 1970 was a Monday. */
const DAYS = [1, 2, 3, 4, 5, 6, 7] as const;
const dateOf = (day: number) => new Date(Date.UTC(1970, 0, 4 + day));

/** Do not disturb: hours in which nothing pops up or sounds. */
export function QuietHours({ quiet, onChange }: { quiet: Quiet; onChange: (quiet: Quiet) => void }) {
  const { t, i18n } = useTranslation();
  const short = new Intl.DateTimeFormat(i18n.language, { weekday: "short", timeZone: "UTC" });
  const long = new Intl.DateTimeFormat(i18n.language, { weekday: "long", timeZone: "UTC" });
  const turn = (day: number, on: boolean) => onChange({ ...quiet, days: on ? [...quiet.days, day].sort() : quiet.days.filter((one) => one !== day) });
  return (
    <section aria-labelledby="quiet-title">
      <h3 id="quiet-title">{t("notices.quiet")}</h3>
      <Field label={t("notices.quietOn")} hint={t("notices.quietHint")} control="quiet-on">
        <button type="button" id="quiet-on" className="switch" role="switch" aria-checked={quiet.on} onClick={() => onChange({ ...quiet, on: !quiet.on })} />
      </Field>
      {quiet.on ? (
        <>
          <Field label={t("notices.hours")}>
            <span className="row">
              <input className="input time" type="time" required value={quiet.begins} aria-label={t("notices.begins")} onChange={(event) => event.target.value && onChange({ ...quiet, begins: event.target.value })} />
              <span aria-hidden="true">–</span>
              <input className="input time" type="time" required value={quiet.ends} aria-label={t("notices.ends")} onChange={(event) => event.target.value && onChange({ ...quiet, ends: event.target.value })} />
            </span>
          </Field>
          <Field label={t("notices.days")}>
            <span className="days" role="group" aria-label={t("notices.days")}>
              {DAYS.map((day) => (
                <label key={day}>
                  <input type="checkbox" checked={quiet.days.includes(day)} aria-label={long.format(dateOf(day))} onChange={(event) => turn(day, event.target.checked)} />
                  <span aria-hidden="true">{short.format(dateOf(day))}</span>
                </label>
              ))}
            </span>
          </Field>
        </>
      ) : null}
    </section>
  );
}
