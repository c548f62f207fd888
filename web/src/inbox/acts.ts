import { changeTicket, followTicket, snoozeTicket, unfollowTicket, wakeTicket } from "../api/calls";
import type { BulkChange, Ticket, TicketPatch, TicketRow } from "../api/types";

/** What is done to tickets: the same words for one and for many. */
export type Deed = Pick<BulkChange, "assignee_id" | "team_id" | "status" | "priority" | "add_tags" | "snooze_until" | "wake" | "follow">;

/** The change as this ticket's own; null where it is so already. */
export function patchFor(row: TicketRow, deed: Deed): TicketPatch | null {
  const { assignee_id, team_id, status, priority, add_tags: tags = [] } = deed;
  const fresh = tags.filter((tag) => !row.tags.includes(tag));
  const patch: TicketPatch = {
    ...(assignee_id !== undefined && assignee_id !== (row.assignee?.id ?? null) ? { assignee_id } : {}),
    ...(team_id !== undefined && team_id !== (row.team_id || null) ? { team_id } : {}),
    ...(status !== undefined && status !== row.status ? { status } : {}),
    ...(priority !== undefined && priority !== row.priority ? { priority } : {}),
    ...(fresh.length > 0 ? { tags: [...row.tags, ...fresh] } : {}),
  };
  return Object.keys(patch).length > 0 ? patch : null;
}

/** Does it to one ticket; null where there is nothing to do. */
export function actOn(row: TicketRow, deed: Deed, me: string): Promise<Ticket> | null {
  if (deed.snooze_until !== undefined) return snoozeTicket(row.id, deed.snooze_until);
  if (deed.wake) return row.snooze ? wakeTicket(row.id) : null;
  if (deed.follow !== undefined) return deed.follow ? followTicket(row.id, me) : unfollowTicket(row.id, me);
  const patch = patchFor(row, deed);
  return patch && changeTicket(row.id, patch);
}
