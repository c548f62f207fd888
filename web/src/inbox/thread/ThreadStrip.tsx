import { useTranslation } from "react-i18next";

import type { Ticket } from "../../api/types";
import { PriorityFlag } from "../../parts/PriorityFlag";

/** On a phone, the facts that decide what to do next, in one line under the head. */
export function ThreadStrip({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const loud = ticket.priority === "urgent" || ticket.priority === "high";
  return (
    <div className="strip">
      <span className="badge accent">{t(`status.${ticket.status}`)}</span>
      {loud ? <span className="badge"><PriorityFlag priority={ticket.priority} /><span aria-hidden="true">{t(`priority.${ticket.priority}`)}</span></span> : null}
      <span className="badge">{ticket.assignee?.name ?? t("ticket.nobody")}</span>
      {ticket.tags.map((tag) => <span className="badge" key={tag}>{tag}</span>)}
    </div>
  );
}
