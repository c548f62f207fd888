import { useMemo } from "react";

import { useTicket } from "../api/queries";
import type { Status, TicketRow } from "../api/types";
import { useStore } from "../realtime/stores";
import { useInbox } from "./InboxContext";
import { selection } from "./list/selection";
import { statusChoices } from "./status";

/** The tickets that a command changes: those ticked in the list, else the open one. */
export function useTargets(): readonly TicketRow[] {
  const { list, ticket } = useInbox();
  const chosen = useStore(selection);
  const { data: whole } = useTicket(ticket ?? "", ticket !== undefined);
  return useMemo(() => {
    if (chosen.ids.size > 0) return list.rows.filter(({ row }) => chosen.ids.has(row.id)).map(({ row }) => row);
    return whole ? [whole] : [];
  }, [list.rows, chosen, whole]);
}

/** What each of the tickets may become. */
export function sharedStatuses(rows: readonly TicketRow[]): Status[] {
  const [first, ...others] = rows.map((row) => statusChoices(row.status));
  return (first ?? []).filter((status) => others.every((choices) => choices.includes(status)));
}
