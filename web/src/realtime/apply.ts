import type { InfiniteData, QueryClient, QueryKey } from "@tanstack/react-query";

import { keys } from "../api/keys";
import type { Delivery, Message, Page, Ticket, TicketRow } from "../api/types";
import { putLive } from "./putLive";
import { renewThreads } from "./renew";

type Pages<T> = InfiniteData<Page<T>>;

/** What nothing changes in stays the same, and where nothing changes at all there is nothing to put: ten thousand rows are not gone through for one. */
function mapPages<T>(data: Pages<T> | undefined, change: (item: T) => T): Pages<T> | undefined {
  if (!data) return data;
  const pages = data.pages.map((page) => {
    const items = page.items.map(change);
    return items.some((item, at) => item !== page.items[at]) ? { ...page, items } : page;
  });
  return pages.some((page, at) => page !== data.pages[at]) ? { ...data, pages } : undefined;
}

/** Rows change where they stand; the order of a list changes only when the agent asks for it. */
export function patchRow(cache: QueryClient, row: TicketRow): void {
  const fresh = (kept: TicketRow) => (kept.id === row.id && kept.version <= row.version ? row : kept);
  cache.setQueriesData<Pages<{ row: TicketRow }>>({ queryKey: keys.lists }, (data) =>
    mapPages(data, (one) => {
      const now = fresh(one.row);
      return now === one.row ? one : { ...one, row: now };
    }),
  );
  const { contact: _, ...fields } = row;
  cache.setQueryData<Ticket>(keys.ticket(row.id), (kept) =>
    kept && kept.version <= row.version ? { ...kept, ...fields } : kept,
  );
}

/** What is read is each agent's own and changes no version. */
export function patchUnread(cache: QueryClient, id: string, unread: boolean): void {
  cache.setQueriesData<Pages<{ row: TicketRow }>>({ queryKey: keys.lists }, (data) =>
    mapPages(data, (one) => (one.row.id === id && one.row.unread !== unread ? { ...one, row: { ...one.row, unread } } : one)),
  );
  cache.setQueryData<Ticket>(keys.ticket(id), (kept) => kept && { ...kept, unread });
}

/** Newest first, each message once; what is already there is replaced by what came later. */
export function putMessage(data: Pages<Message> | undefined, message: Message): Pages<Message> | undefined {
  const first = data?.pages[0];
  if (!data || !first) return data;
  const known = data.pages.some((page) => page.items.some((one) => one.id === message.id));
  if (known) return mapPages(data, (one) => (one.id === message.id ? message : one));
  const at = first.items.findIndex((one) => one.occurred_at <= message.occurred_at);
  const items = first.items.toSpliced(at < 0 ? first.items.length : at, 0, message);
  return { ...data, pages: [{ ...first, items }, ...data.pages.slice(1)] };
}

export function addMessage(cache: QueryClient, message: Message): void {
  putLive<Pages<Message>>(cache, keys.messages(message.ticket_id), (data) => putMessage(data, message));
}

export function patchDelivery(cache: QueryClient, ticket: string, id: string, delivery: Delivery): void {
  putLive<Pages<Message>>(cache, keys.messages(ticket), (data) =>
    mapPages(data, (one) => (one.id === id ? { ...one, delivery } : one)),
  );
}

/** Asks again. What is on its way for the first time may have been read before what is told of: it is asked for when it is there. */
function askAgain(cache: QueryClient, queryKey: QueryKey): void {
  const first = cache.getQueryCache().findAll({ queryKey }).filter(({ state }) => state.data === undefined && state.fetchStatus !== "idle");
  for (const query of first) {
    const again = () => void cache.invalidateQueries({ queryKey: query.queryKey, exact: true });
    query.promise?.then(() => Promise.resolve().then(again), () => undefined);
  }
  void cache.invalidateQueries({ queryKey });
}

/** Everything shown is asked for again: after a gap too wide to be filled, or (`anew`) when messages changed their tickets. */
export function refetchAll(cache: QueryClient, anew = false): void {
  for (const queryKey of [keys.lists, keys.tickets, keys.views, keys.inboxes]) askAgain(cache, queryKey);
  renewThreads(cache, anew);
}
