import { IconClockPause } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Ticket } from "../../api/types";
import { wake } from "../../api/work";
import { useMay } from "../../app/useMay";
import { useFormat } from "../../i18n/format";
import { Glyph } from "../../parts/Glyph";
import { useTicketDeed } from "../useTicketDeed";

export function SnoozedNotice({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const format = useFormat();
  const deed = useTicketDeed();
  const mayChange = useMay()("change");
  const { snooze } = ticket;
  if (!snooze) return null;
  return (
    <p className="notice snoozed">
      <Glyph of={IconClockPause} />
      <span className="grow">{snooze.until ? t("snooze.until", { time: format.dateTime(snooze.until) }) : t("snooze.untilTheyWrite")}{snooze.by ? ` · ${snooze.by.name}` : null}</span>
      {mayChange ? <button type="button" className="link" onClick={() => deed.run({ work: () => wake(ticket.id) })}>{t("snooze.wake")}</button> : null}
    </p>
  );
}
