import { IconAlertCircle, IconClockPause, IconHelp } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { TicketRow } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { Glyph } from "../../parts/Glyph";

/** At the right edge: what is wrong, else the status where it is not the usual one. */
export function RowState({ row }: { row: TicketRow }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (row.delivery_trouble === "failed") {
    return <span className="badge late"><Glyph of={IconAlertCircle} size="xs" />{t("delivery.failedShort")}</span>;
  }
  if (row.delivery_trouble === "uncertain") {
    return <span className="badge soon"><Glyph of={IconHelp} size="xs" />{t("delivery.uncertainShort")}</span>;
  }
  if (row.snooze) {
    const { until } = row.snooze;
    const words = until ? t("list.snoozedUntil", { time: format.dateTime(until) }) : t("list.snoozed");
    return <span className="badge plain" title={words}><Glyph of={IconClockPause} size="xs" />{until ? format.soon(until, new Date()) : t("list.snoozed")}</span>;
  }
  if (row.status === "open") return null;
  return <span className="badge plain">{t(`status.${row.status}`)}</span>;
}
