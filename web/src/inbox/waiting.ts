import type { Ticket, TicketPatch } from "../api/types";

const OPEN = new Set(["new", "open", "waiting", "held"]);

/** The children that keep a ticket from being solved: those that are open, by their numbers. */
export const waitsFor = (ticket: Pick<Ticket, "links">): number[] =>
  ticket.links.filter((one) => one.kind === "child" && OPEN.has(one.ticket.status)).map((one) => one.ticket.number).toSorted((a, b) => a - b);

/** Whether a change may end a ticket: only such a one is refused for its children. */
export const mayEnd = ({ status, state, force }: TicketPatch): boolean =>
  !force && (status === "solved" || status === "closed" || (status === undefined && state !== undefined));
