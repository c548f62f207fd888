import { hashKey, type QueryClient, type QueryKey } from "@tanstack/react-query";

type Change<T> = (data: T | undefined) => T | undefined;

/** First pages that are being read, by query: what came live meanwhile and is newer than what they will say. */
const reading = new WeakMap<QueryClient, Map<string, (() => void)[]>>();

/** Changes what is kept under `key`; an answer that was on its way before the change is changed again when it lands. */
export function putLive<T>(cache: QueryClient, key: QueryKey, change: Change<T>): void {
  const put = () => void cache.setQueryData<T>(key, change);
  put();
  reading.get(cache)?.get(hashKey(key))?.push(put);
  const queries = cache.getQueryCache();
  const query = queries.find({ queryKey: key, exact: true });
  if (!query || query.state.fetchStatus === "idle") return;
  const stop = queries.subscribe((event) => {
    if (event.query !== query) return;
    const landed = event.type === "updated" && event.action.type === "success" && !event.action.manual;
    const failed = event.type === "removed" || (event.type === "updated" && ["error", "setState"].includes(event.action.type));
    if (landed || failed) stop();
    if (landed) put();
  });
}

/** Reads, then puts; what `putLive` put under `key` while it read is put again on top. */
export async function putRead<R>(cache: QueryClient, key: QueryKey, read: () => Promise<R>, put: (answer: R) => void): Promise<void> {
  const byKey = reading.get(cache) ?? new Map<string, (() => void)[]>();
  reading.set(cache, byKey);
  const meanwhile: (() => void)[] = [];
  byKey.set(hashKey(key), meanwhile);
  let answer: R;
  try {
    answer = await read();
  } finally {
    byKey.delete(hashKey(key));
  }
  put(answer);
  for (const one of meanwhile) one();
}
