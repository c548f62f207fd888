import { IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Ticket } from "../../api/types";
import { Dialog } from "../../parts/Dialog";
import { IconButton } from "../../parts/IconButton";
import { useInbox } from "../InboxContext";
import { Activity } from "./Activity";
import { ContactFacts } from "./ContactFacts";
import { Related } from "./Related";
import { TicketFields } from "./TicketFields";
import "./panel.css";

function Content({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const { layout } = useInbox();
  return (
    <aside className="panel" aria-label={t("panel.label")}>
      <header className="top">
        <h2 className="grow">{t("panel.label")}</h2>
        <IconButton icon={IconX} label={t("panel.close")} onClick={layout.togglePanel} />
      </header>
      <div className="panel-scroll">
        <ContactFacts ticket={ticket} />
        <TicketFields ticket={ticket} />
        <Related ticket={ticket} />
        <Activity ticket={ticket} />
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
