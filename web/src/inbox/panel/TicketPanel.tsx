import { IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Ticket } from "../../api/types";
import { useAfterPaint } from "../../app/useAfterPaint";
import { Dialog } from "../../parts/Dialog";
import { heirs } from "../../parts/heirs";
import { IconButton } from "../../parts/IconButton";
import { Segmented } from "../../parts/Segmented";
import { useInbox } from "../InboxContext";
import { Activity } from "./Activity";
import { Assets } from "./Assets";
import { Checklist } from "./Checklist";
import { ContactFacts } from "./ContactFacts";
import { ContactMore, ContactNotes } from "./ContactMore";
import { Followers } from "./Followers";
import { History } from "./History";
import { Links } from "./Links";
import { Related } from "./Related";
import { TicketFields } from "./TicketFields";
import "./panel.css";

function Content({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const { layout } = useInbox();
  const [tab, setTab] = useState<"details" | "history">("details");
  // A step to a ticket that is known already shows its words first; the facts follow when those are painted.
  const painted = useAfterPaint();
  const tabs = [{ value: "details" as const, label: t("panel.label") }, { value: "history" as const, label: t("panel.history") }];
  return (
    <aside className="panel" aria-label={t("panel.label")}>
      <header className="top">
        <h2 className="sr">{t("panel.label")}</h2>
        <span className="grow"><Segmented label={t("panel.show")} value={tab} options={tabs} onChange={setTab} /></span>
        <IconButton icon={IconX} label={t("panel.close")} onClick={layout.togglePanel} />
      </header>
      <div className="panel-scroll" ref={heirs}>
        {!painted ? null : tab === "history" ? (
          <History ticket={ticket} />
        ) : (
          <>
            <ContactFacts ticket={ticket}><ContactMore contact={ticket.contact.id} /></ContactFacts>
            <TicketFields ticket={ticket} />
            <Checklist ticket={ticket} />
            <Assets ticket={ticket} />
            <Related ticket={ticket} />
            <Links ticket={ticket} />
            <Followers ticket={ticket} />
            <ContactNotes contact={ticket.contact.id} />
            <Activity ticket={ticket} />
          </>
        )}
      </div>
    </aside>
  );
}

/** Facts about the ticket: beside the thread where there is room, else a sheet over it. */
export function TicketPanel({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const { layout } = useInbox();
  if (layout.panelInline) return <Content ticket={ticket} />;
  return (
    <Dialog open={layout.panelOpen} onClose={layout.togglePanel} label={t("panel.label")} side="right">
      <Content ticket={ticket} />
    </Dialog>
  );
}
