import { useTranslation } from "react-i18next";

import { spanSince, useFormat } from "../i18n/format";

/** How long somebody has waited, in the fewest signs; the full sentence is there for screen readers. */
export function WaitingTime({ since, now }: { since: string; now: Date }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { unit, count } = spanSince(since, now);
  return (
    <span className="wait" title={t("wait.since", { time: format.dateTime(since) })}>
      <span aria-hidden="true">{t(`wait.short.${unit}`, { count })}</span>
      <span className="sr">{t(`wait.long.${unit}`, { count })}</span>
    </span>
  );
}
