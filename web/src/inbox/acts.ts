import { changeTicket, followTicket, snoozeTicket, unfollowTicket, wakeTicket } from "../api/calls";
import type { Status, Ticket, TicketPatch, TicketRow } from "../api/types";

/** What is done to one ticket of several; null where it is so already. */
export type Act = (row: TicketRow) => Promise<Ticket> | null;

export interface ManyChange {
  assignee_id?: string | null;
  team_id?: string | null;
  status?: Status;
  priority?: TicketRow["priority"];
  add_tag?: string;
}

/** The change as this ticket's own; null where it is so already. */
export function patchFor(row: TicketRow, { add_tag: tag, ...fields }: ManyChange): TicketPatch | null {
  const now = { assignee_id: row.assignee?.id ?? null, team_id: row.team_id || null, status: row.status, priority: row.priority };
  const patch: TicketPatch = { ...fields };
  if (tag !== undefined && !row.tags.includes(tag)) patch.tags = [...row.tags, tag];
  const named = Object.keys(fields) as (keyof typeof now)[];
  const same = patch.tags === undefined && named.every((field) => fields[field] === undefined || fields[field] === now[field]);
  return same ? null : patch;
}

export const patching = (change: ManyChange): Act => (row) => {
  const patch = patchFor(row, change);
  return patch && changeTicket(row.id, patch);
};

/** `until` null: until the customer writes. */
export const snoozing = (until: string | null): Act => (row) => snoozeTicket(row.id, until);
export const waking: Act = (row) => (row.snooze ? wakeTicket(row.id) : null);

export const following = (agent: string, on: boolean): Act => (row) =>
  on ? followTicket(row.id, agent) : unfollowTicket(row.id, agent);
