import { useTranslation } from "react-i18next";

import type { TicketRow } from "../../api/types";
import { useMay } from "../../app/useMay";
import { Avatar } from "../../parts/Avatar";
import { useChangeTicket } from "../useChangeTicket";

/** Whose ticket it is; nobody's is a button that makes it mine. */
export function RowOwner({ row, me, focusable }: { row: TicketRow; me: string; focusable: boolean }) {
  const { t } = useTranslation();
  const change = useChangeTicket();
  const mayTake = useMay()("change");
  if (!row.assignee && !mayTake) return <span className="owner" role="gridcell" aria-label={t("ticket.nobody")}><Avatar name={null} /></span>;
  if (row.assignee) {
    return (
      <span className="owner" role="gridcell" aria-label={t("ticket.ownedBy", { name: row.assignee.name })} title={row.assignee.name}>
        <Avatar name={row.assignee.name} mine={row.assignee.id === me} />
      </span>
    );
  }
  return (
    <span className="owner" role="gridcell">
      <button
        type="button"
        tabIndex={focusable ? 0 : -1}
        aria-label={t("ticket.takeNamed", { number: row.number })}
        title={t("ticket.take")}
        onClick={() => change.mutate({ id: row.id, patch: { assignee_id: me } })}
      >
        <Avatar name={null} />
      </button>
    </span>
  );
}
