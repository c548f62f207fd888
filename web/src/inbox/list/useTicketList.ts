import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo } from "react";

import { listTickets, searchTickets, type Sort } from "../../api/calls";
import { keys } from "../../api/keys";
import { useMe, useSavedViews } from "../../api/queries";
import type { Page, Understood } from "../../api/types";
import type { Scope } from "../../app/scope";
import { updates, useStore } from "../../realtime/stores";
import { countNews, standing, type ListRow } from "./membership";

const queryOf = (scope: Scope) =>
  scope.kind === "inbox" ? { inbox_id: scope.key, view: "open" } : { view: scope.kind === "search" ? undefined : scope.key };

interface ListPage extends Page<ListRow> {
  understood: Understood[];
  complete: boolean;
}

async function readPage(scope: Scope, sort: Sort, cursor: string | undefined, signal: AbortSignal): Promise<ListPage> {
  if (scope.kind === "search") {
    const page = await searchTickets({ q: scope.q, scope: scope.key, cursor }, signal);
    const items = page.items.map((hit) => ({ row: hit.ticket, found: { text: hit.snippet, marks: hit.marks } }));
    return { items, next_cursor: page.next_cursor, understood: page.understood, complete: page.complete };
  }
  const page = await listTickets({ ...queryOf(scope), sort, cursor }, signal);
  const items = page.items.map((row) => ({ row, found: null }));
  return { items, next_cursor: page.next_cursor, understood: [], complete: true };
}

const NOTHING: Understood[] = [];

export type TicketList = ReturnType<typeof useTicketList>;

/** The rows of a list, steady under live updates, and what a refresh would bring. */
export function useTicketList(scope: Scope, sort: Sort, openId: string | undefined) {
  const me = useMe().id;
  const log = useStore(updates);
  const name = scope.kind === "search" ? `search:${scope.key}:${scope.q}` : `${scope.kind}:${scope.key}`;

  const query = useInfiniteQuery({
    queryKey: keys.list(name, sort),
    queryFn: ({ pageParam, signal }) => readPage(scope, sort, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    enabled: scope.kind !== "search" || scope.q.trim() !== "",
    placeholderData: scope.kind === "search" ? keepPreviousData : undefined,
  });
  const { data, error, isPending, fetchStatus, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = query;

  useEffect(() => updates.set(new Map()), [name, sort]);

  const all = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data]);
  const unique = useMemo(() => [...new Map(all.map((one) => [one.row.id, one])).values()], [all]);
  const rows = useMemo(() => standing(unique, scope, me, openId, log), [unique, scope, me, openId, log]);
  const told = useMemo(() => countNews(unique, scope, me, log), [unique, scope, me, log]);
  // Only the server knows what stands in a saved view; its count tells when the list is another.
  const { data: saved } = useSavedViews();
  const count = scope.kind === "saved" ? saved?.find((view) => view.id === scope.key)?.count : undefined;
  const off = count != null && query.isSuccess && !query.hasNextPage ? Math.abs(count - unique.length) : 0;
  const news = Math.max(told, off);

  const refresh = useCallback(() => {
    void refetch().then(() => updates.set(new Map()));
  }, [refetch]);

  // With nothing on screen there is nothing to hold still.
  const empty = query.isSuccess && rows.length === 0;
  useEffect(() => {
    if (empty && news > 0) refresh();
  }, [empty, news, refresh]);

  const pages = data?.pages.length ?? 0;
  const understood = data?.pages[0]?.understood ?? NOTHING;
  const complete = data?.pages.every((page) => page.complete) ?? true;
  const loading = isPending && fetchStatus !== "idle";
  // Asking again and finding the same is no change: the whole page hangs on this.
  return useMemo(
    () => ({ rows, news, refresh, understood, complete, pages, error, loading, hasNextPage, isFetchingNextPage, fetchNextPage, refetch }),
    [rows, news, refresh, understood, complete, pages, error, loading, hasNextPage, isFetchingNextPage, fetchNextPage, refetch],
  );
}
