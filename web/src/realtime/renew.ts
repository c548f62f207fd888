import { hashKey, type InfiniteData, type QueryClient, type QueryKey } from "@tanstack/react-query";

import { listEvents, listMessages } from "../api/calls";
import { keys } from "../api/keys";
import type { Message, Page, TicketEvent } from "../api/types";
import { putLive, putRead } from "./putLive";

type Pages<T> = InfiniteData<Page<T>>;

export interface Source<T> {
  key: QueryKey;
  read: (signal: AbortSignal) => Promise<Page<T>>;
  at: (item: T) => string;
}

const only = <T>(page: Page<T>): Pages<T> => ({ pages: [page], pageParams: [undefined] });

/** What is kept, with its newest part as `page` has it now. Between both a gap: what is older goes and is asked for when it is wanted. */
export function renewed<T extends { id: string }>(kept: Pages<T>, page: Page<T>, at: (item: T) => string): Pages<T> {
  const oldest = page.items.at(-1);
  const fresh = new Map(page.items.map((one) => [one.id, one]));
  const [first, ...older] = kept.pages;
  const meets = kept.pages.some((one) => one.items.some((item) => fresh.has(item.id)));
  if (!first || !oldest || page.next_cursor === null || !meets) return only(page);
  const stays = (items: readonly T[]) => items.filter((one) => !fresh.has(one.id) && at(one) <= at(oldest));
  const head = { ...first, items: [...page.items, ...stays(first.items)] };
  return { ...kept, pages: [head, ...older.map((one) => ({ ...one, items: stays(one.items) }))] };
}

/** Reads under way, and whether the first page was asked for once more meanwhile. */
const running = new WeakMap<QueryClient, Map<string, { again: boolean; anew: boolean }>>();

function begin(cache: QueryClient, key: QueryKey, anew: boolean) {
  const byKey = running.get(cache) ?? new Map<string, { again: boolean; anew: boolean }>();
  running.set(cache, byKey);
  const other = byKey.get(hashKey(key));
  if (other) {
    other.again = true;
    other.anew ||= anew;
    return null;
  }
  const mine = { again: true, anew };
  byKey.set(hashKey(key), mine);
  return { mine, end: () => byKey.delete(hashKey(key)) };
}

/** Reads the first page alone, however many are loaded; `anew` drops the older ones, of a thread that became another. */
export async function renew<T extends { id: string }>(cache: QueryClient, { key, read, at }: Source<T>, anew = false): Promise<void> {
  const query = cache.getQueryCache().find<Pages<T>>({ queryKey: key, exact: true });
  // Nobody looks at it: it is read when somebody does.
  if (!query?.getObserversCount()) return cache.removeQueries({ queryKey: key, exact: true });
  // What is on its way for the first time may have been read before what is told of here.
  if (!query.state.data) await query.promise?.catch(() => undefined);
  const turn = begin(cache, key, anew);
  if (!turn) return;
  const { mine, end } = turn;
  const from = { queryKey: ["newest", ...key], queryFn: ({ signal }: { signal: AbortSignal }) => read(signal), staleTime: 0, gcTime: 0 };
  try {
    while (mine.again) {
      const whole = mine.anew;
      Object.assign(mine, { again: false, anew: false });
      await putRead(cache, key, () => cache.fetchQuery(from), (page) =>
        putLive<Pages<T>>(cache, key, (kept) => kept && (whole ? only(page) : renewed(kept, page, at))),
      );
    }
  } catch {
    // Asking for all of it shows what is wrong.
    void cache.invalidateQueries({ queryKey: key, exact: true });
  } finally {
    end();
  }
}

const messagesOf = (id: string): Source<Message> => ({ key: keys.messages(id), read: (signal) => listMessages(id, undefined, signal), at: (one) => one.occurred_at });
const eventsOf = (id: string): Source<TicketEvent> => ({ key: keys.events(id), read: (signal) => listEvents(id, undefined, signal), at: (one) => one.at });

export const renewMessages = (cache: QueryClient, id: string, anew = false) => void renew(cache, messagesOf(id), anew);
export const renewEvents = (cache: QueryClient, id: string) => void renew(cache, eventsOf(id));

/** Every thread that is kept. */
export function renewThreads(cache: QueryClient, anew: boolean): void {
  for (const { queryKey } of cache.getQueryCache().findAll({ queryKey: keys.allMessages })) renewMessages(cache, String(queryKey[1]), anew);
  for (const { queryKey } of cache.getQueryCache().findAll({ queryKey: keys.allEvents })) renewEvents(cache, String(queryKey[1]));
}

/** Of a thread that is left, only the end is kept: coming back reads one page, not all that were gone through. */
export function keepNewest(cache: QueryClient, id: string): void {
  for (const key of [keys.messages(id), keys.events(id)]) {
    const updatedAt = cache.getQueryState(key)?.dataUpdatedAt;
    cache.setQueryData<Pages<unknown>>(key, (kept) => kept && { pages: kept.pages.slice(0, 1), pageParams: kept.pageParams.slice(0, 1) }, { updatedAt });
  }
}
