import type { QueryClient } from "@tanstack/react-query";

import { keys } from "../api/keys";
import type { Ticket } from "../api/types";

const MOST = 5;

/** The tickets opened last in this window, the open one aside. */
export function recentTickets(cache: QueryClient, open?: string): Ticket[] {
  return cache
    .getQueryCache()
    .findAll({ queryKey: keys.tickets })
    .filter((query) => query.state.data !== undefined && query.queryKey[1] !== open)
    .sort((a, b) => b.state.dataUpdatedAt - a.state.dataUpdatedAt)
    .slice(0, MOST)
    .map((query) => query.state.data as Ticket);
}
