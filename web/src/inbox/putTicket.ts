import type { QueryClient } from "@tanstack/react-query";

import { keys } from "../api/keys";
import type { Ticket, TicketRow } from "../api/types";
import { patchRow } from "../realtime/apply";

function rowOf(ticket: Ticket): TicketRow {
  return { ...ticket, contact: { id: ticket.contact.id, name: ticket.contact.name } };
}

/** Shows a ticket that the server has just given, whole and in every list. */
export function putTicket(cache: QueryClient, ticket: Ticket): void {
  cache.setQueryData(keys.ticket(ticket.id), ticket);
  patchRow(cache, rowOf(ticket));
  void cache.invalidateQueries({ queryKey: keys.views });
}
