import type { Status } from "../api/types";

/** What an agent may make of a ticket, as the server rules it; "new" is only how one begins. */
const NEXT: Record<Status, readonly Status[]> = {
  new: ["open", "waiting", "held", "solved", "closed"],
  open: ["waiting", "held", "solved", "closed"],
  waiting: ["open", "held", "solved", "closed"],
  held: ["open", "waiting", "solved", "closed"],
  solved: ["open", "waiting", "held", "closed"],
  closed: [],
};
const ORDER: readonly Status[] = ["new", "open", "waiting", "held", "solved", "closed"];

/** The present status and those it may become, in the order of a ticket's life. */
export function statusChoices(now: Status): Status[] {
  return ORDER.filter((one) => one === now || NEXT[now].includes(one));
}

export const isFinal = (status: Status): boolean => NEXT[status].length === 0;
