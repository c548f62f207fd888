import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";

import { useEvents, useMessages } from "../../api/queries";
import { keepNewest } from "../../realtime/renew";
import { buildThread } from "./buildThread";
import { rememberSeen, seenAt } from "./seen";

/** The thread of a ticket, oldest first, with older pages on request. */
export function useThread(id: string) {
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useMessages(id);
  const events = useEvents(id);
  // Fixed for the visit, so that the unread line stays where it was found.
  const [seen] = useState(() => seenAt(id));

  const oldestFirst = useMemo(
    () => data?.pages.flatMap((page) => page.items).toReversed() ?? [],
    [data],
  );
  const told = useMemo(() => events.data?.pages.flatMap((page) => page.items) ?? [], [events.data]);
  const items = useMemo(
    () => buildThread({ messages: oldestFirst, events: told, seenAt: seen }),
    [oldestFirst, told, seen],
  );

  const cache = useQueryClient();
  useEffect(() => () => keepNewest(cache, id), [cache, id]);

  const newest = oldestFirst.at(-1)?.occurred_at;
  useEffect(() => {
    if (newest) rememberSeen(id, newest);
  }, [id, newest]);

  return { error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch, items, newestId: oldestFirst.at(-1)?.id, count: oldestFirst.length };
}
