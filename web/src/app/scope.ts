import type { Sort } from "../api/calls";
import type { TicketRow, ViewId } from "../api/types";

/** What the list shows: one of the fixed views, a saved one, one inbox, or the answers to a search. */
export type Scope =
  | { kind: "view"; key: ViewId }
  | { kind: "saved"; key: string }
  | { kind: "inbox"; key: string }
  | { kind: "search"; key: "open" | "all"; q: string };

export const VIEWS: readonly ViewId[] = [
  "mine", "unassigned", "mentions", "waiting", "longest", "held", "snoozed", "open", "solved",
];

const isView = (key: string): key is ViewId => (VIEWS as readonly string[]).includes(key);

export function scopeOf(kind: string | undefined, key: string | undefined, q: string): Scope | null {
  if (kind === "view" && key !== undefined && isView(key)) return { kind, key };
  if ((kind === "inbox" || kind === "saved") && key) return { kind, key };
  if (kind === "search") return { kind, key: key === "all" ? "all" : "open", q };
  return null;
}

/** The order of a list that nobody asked to be in another; a saved view has its own. */
export const usualSort = (scope: Scope): Sort => (scope.kind === "view" && scope.key === "longest" ? "waiting" : "activity");

/** The address of a list, and of a ticket open beside it; the usual order is not named, but that of a saved view is its own. */
export function pathOf(scope: Scope, ticket?: string, sort?: Sort): string {
  const tail = ticket ? `/${encodeURIComponent(ticket)}` : "";
  const asked = [
    ...(scope.kind === "search" ? [`q=${encodeURIComponent(scope.q)}`] : []),
    ...(sort === undefined || (sort === usualSort(scope) && scope.kind !== "saved") ? [] : [`sort=${sort}`]),
  ];
  const query = asked.length > 0 ? `?${asked.join("&")}` : "";
  return `/${scope.kind}/${encodeURIComponent(scope.key)}${tail}${query}`;
}

const OPEN = new Set<TicketRow["status"]>(["new", "open", "waiting", "held"]);
export const isOpen = (row: TicketRow): boolean => OPEN.has(row.status);

/** Open, and not put off to a later time. */
const isAwake = (row: TicketRow): boolean => isOpen(row) && !row.snooze;

const IN_VIEW: Record<ViewId, (row: TicketRow, me: string) => boolean> = {
  mine: (row, me) => isAwake(row) && row.assignee?.id === me,
  unassigned: (row) => isAwake(row) && row.assignee === null,
  mentions: (row, me) => row.mentioned.includes(me),
  waiting: (row) => row.status === "waiting",
  longest: (row) => isAwake(row) && row.waiting_since !== null,
  held: (row) => row.status === "held",
  snoozed: (row) => isOpen(row) && row.snooze !== null,
  open: isAwake,
  solved: (row) => !isOpen(row),
  all: () => true,
};

/** Whether a ticket, as it is now, belongs to the list; what only the server can judge stays. */
export function belongs(scope: Scope, row: TicketRow, me: string): boolean {
  if (scope.kind === "view") return IN_VIEW[scope.key](row, me);
  if (scope.kind === "inbox") return isAwake(row) && row.inbox_id === scope.key;
  return true;
}
