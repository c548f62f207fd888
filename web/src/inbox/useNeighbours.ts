import { useCallback } from "react";
import { useNavigate } from "react-router";

import { pathOf } from "../app/scope";
import { useInbox } from "./InboxContext";

/** Where the open ticket stands in its list, and the steps from it. */
export function useNeighbours() {
  const { scope, sort, ticket, left, list } = useInbox();
  const navigate = useNavigate();
  const { rows, hasNextPage, fetchNextPage } = list;
  const at = rows.findIndex((one) => one.row.id === ticket);
  const from = ticket ? at : rows.findIndex((one) => one.row.id === left);

  const go = useCallback((id: string | undefined) => void navigate(pathOf(scope, id, sort)), [navigate, scope, sort]);

  const next = (rows[from + 1] ?? (ticket ? undefined : rows[0]))?.row.id;
  const previous = from > 0 ? rows[from - 1]?.row.id : undefined;
  const goNext = useCallback(() => {
    if (next) go(next);
    if (hasNextPage && at + 10 > rows.length) void fetchNextPage();
  }, [go, next, hasNextPage, fetchNextPage, at, rows.length]);
  const goPrevious = useCallback(() => {
    if (previous) go(previous);
  }, [go, previous]);
  const goBack = useCallback(() => go(undefined), [go]);
  /** To the next ticket, or back to the list after the last. */
  const goOn = useCallback(() => go(next ?? previous), [go, next, previous]);

  return { position: at, from, count: rows.length, next, previous, goTo: go, goNext, goPrevious, goBack, goOn };
}
