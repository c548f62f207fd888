import { IconClockPause } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Ticket } from "../../api/types";
import { snooze, wake } from "../../api/work";
import { useFormat } from "../../i18n/format";
import { useCommand } from "../../keys/useCommand";
import { IconButton } from "../../parts/IconButton";
import { useNeighbours } from "../useNeighbours";
import { useTicketDeed } from "../useTicketDeed";
import { WhenDialog } from "./WhenDialog";

/** Puts a ticket away until a moment, or until the customer writes; a message of theirs always wakes it. */
export function SnoozeButton({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [open, setOpen] = useState(false);
  const { goOn } = useNeighbours();
  const deed = useTicketDeed();
  useCommand("snooze", () => setOpen(true));
  const put = (until: string | null) => {
    setOpen(false);
    const words = until ? t("snooze.until", { time: format.dateTime(until) }) : t("snooze.untilTheyWrite");
    deed.run({ work: () => snooze(ticket.id, until), said: words, undo: () => wake(ticket.id) });
    goOn();
  };
  return (
    <>
      <IconButton icon={IconClockPause} label={t("snooze.open")} aria-keyshortcuts="h" onClick={() => setOpen(true)} />
      <WhenDialog open={open} onClose={() => setOpen(false)} title={t("snooze.open")} verb={t("snooze.verb")} onChoose={(at) => put(at.toISOString())}>
        <button type="button" className="when-row" onClick={() => put(null)}>{t("snooze.theyWrite")}</button>
      </WhenDialog>
    </>
  );
}
