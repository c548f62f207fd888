import { IconLock } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { useQuoting, useTicket } from "../../api/queries";
import type { Message } from "../../api/types";
import { useMay } from "../../app/useMay";
import { AnsweringContext } from "../AnsweringContext";
import { ErrorPane } from "../../parts/ErrorPane";
import { Glyph } from "../../parts/Glyph";
import { heirs } from "../../parts/heirs";
import { Composer } from "../composer/Composer";
import { useInbox } from "../InboxContext";
import { TicketPanel } from "../panel/TicketPanel";
import { SnoozedNotice } from "../time/SnoozedNotice";
import { Flow } from "./Flow";
import { JoinedNotice } from "./JoinedNotice";
import { ThreadHeader } from "./ThreadHeader";
import { ThreadStrip } from "./ThreadStrip";
import { useMarkRead } from "./useMarkRead";
import "./thread.css";

const NOWHERE: readonly string[] = [];

/** The open ticket: its words in the middle, the pen below, its facts beside. */
export function ThreadPane({ id }: { id: string }) {
  const { t } = useTranslation();
  const { layout } = useInbox();
  const [answering, answer] = useState<Message | null>(null);
  const { data: quoting = NOWHERE } = useQuoting();
  const pointing = useMemo(() => ({ answering, answer, quoting }), [answering, quoting]);
  const { data: ticket, error, refetch } = useTicket(id);
  useMarkRead(ticket);
  const may = useMay();
  const mayWrite = may("reply") || may("note");
  if (error && !ticket) {
    return (
      <main className="thread">
        <ErrorPane what="ticket" error={error} retry={() => void refetch()} />
      </main>
    );
  }
  return (
    <AnsweringContext value={pointing}>
      <main className="thread" ref={heirs} aria-label={ticket ? t("thread.label", { subject: ticket.subject }) : t("thread.loading")}>
        <ThreadHeader ticket={ticket} />
        {layout.phone && ticket ? <ThreadStrip ticket={ticket} /> : null}
        {ticket ? <SnoozedNotice ticket={ticket} /> : null}
        <Flow id={id} />
        {ticket ? ticket.merged_into ? <JoinedNotice into={ticket.merged_into} /> : mayWrite ? <Composer ticket={ticket} /> : <p className="notice joined"><Glyph of={IconLock} />{t("composer.onlyRead")}</p> : null}
      </main>
      {ticket ? <TicketPanel ticket={ticket} /> : null}
    </AnsweringContext>
  );
}
