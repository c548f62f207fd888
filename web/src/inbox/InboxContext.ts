import { createContext, use } from "react";

import type { Sort } from "../api/calls";
import type { Scope } from "../app/scope";
import type { TicketList } from "./list/useTicketList";
import type { Layout } from "./useLayout";

export interface InboxState {
  scope: Scope;
  sort: Sort;
  /** The id of the open ticket. */
  ticket: string | undefined;
  /** The ticket that was open last in this list: J, K and focus go on from it. */
  left: string | undefined;
  list: TicketList;
  layout: Layout;
}

export const InboxContext = createContext<InboxState | null>(null);

export function useInbox(): InboxState {
  const state = use(InboxContext);
  if (!state) throw new Error("used outside the inbox page");
  return state;
}
