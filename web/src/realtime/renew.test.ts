import { InfiniteQueryObserver, QueryClient } from "@tanstack/react-query";
import { expect, test } from "vitest";

import { keys } from "../api/keys";
import type { Message, Page } from "../api/types";
import { addMessage } from "./apply";
import { keepNewest, renew } from "./renew";

type Cursor = string | undefined;
const one = (n: number, text = "") => ({ id: `m${n}`, ticket_id: "t", occurred_at: `2026-01-01T00:${String(n).padStart(2, "0")}`, text }) as Message;
const key = keys.messages("t");

/** A thread of `size` messages in pages of three, with somebody looking; `hold` stops answers on their way. */
function setUp(size: number) {
  const cache = new QueryClient();
  const kept = Array.from({ length: size }, (_, at) => one(size - at));
  const asked: Cursor[] = [];
  let gate: Promise<void> | null = null;
  const read = async (cursor: Cursor): Promise<Page<Message>> => {
    asked.push(cursor);
    const from = cursor ? kept.findIndex((message) => message.id === cursor) : 0;
    const items = kept.slice(from, from + 3);
    const next = kept[from + 3]?.id ?? null;
    await gate;
    return { items, next_cursor: next };
  };
  const thread = new InfiniteQueryObserver(cache, {
    queryKey: key,
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: undefined as Cursor,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    retry: false,
  });
  const hold = () => {
    const held = { open: (): void => undefined };
    gate = new Promise<void>((resolve) => (held.open = resolve)).then(() => void (gate = null));
    return () => held.open();
  };
  const ids = () => thread.getCurrentResult().data?.pages.flatMap((page) => page.items.map((message) => message.id)).join(" ");
  const freshen = (anew = false) => renew(cache, { key, read: () => read(undefined), at: (message) => message.occurred_at }, anew);
  return { cache, kept, asked, thread, hold, ids, freshen, stop: thread.subscribe(() => undefined) };
}

async function loaded(size: number, pages: number) {
  const all = setUp(size);
  await all.thread.refetch();
  for (let n = 1; n < pages; n += 1) await all.thread.fetchNextPage();
  all.asked.length = 0;
  return all;
}

test("what is new costs one request, however much is loaded, and the older pages stay", async () => {
  const { kept, asked, ids, freshen } = await loaded(9, 3);
  kept.unshift(one(10));
  kept[2] = one(8, "edited");
  await freshen();
  expect(asked).toEqual([undefined]);
  expect(ids()).toBe("m10 m9 m8 m7 m6 m5 m4 m3 m2 m1");
});

test("over a gap the older pages go, and can be asked for again", async () => {
  const { kept, thread, ids, freshen } = await loaded(6, 2);
  kept.unshift(one(12), one(11), one(10), one(9), one(8), one(7));
  await freshen();
  expect(ids()).toBe("m12 m11 m10");
  await thread.fetchNextPage();
  expect(ids()).toBe("m12 m11 m10 m9 m8 m7");
});

test("what was carried away from the newest part is gone; a thread that became another is read from its end", async () => {
  const { kept, ids, freshen } = await loaded(9, 3);
  kept.splice(1, 1);
  await freshen();
  expect(ids()).toBe("m9 m7 m6 m5 m4 m3 m2 m1");
  await freshen(true);
  expect(ids()).toBe("m9 m7 m6");
});

test("a message that comes while an older page is on its way stays", async () => {
  const { cache, thread, hold, ids } = await loaded(9, 1);
  const open = hold();
  const more = thread.fetchNextPage();
  addMessage(cache, one(10));
  open();
  await more;
  expect(ids()).toBe("m10 m9 m8 m7 m6 m5 m4");
});

test("a message that comes while the thread is on its way for the first time stays", async () => {
  const { cache, thread, ids } = setUp(2);
  addMessage(cache, one(10));
  await thread.refetch();
  expect(ids()).toBe("m10 m2 m1");
});

test("a message that comes while the newest are being read stays", async () => {
  const { cache, hold, ids, freshen } = await loaded(6, 2);
  const open = hold();
  const reading = freshen();
  addMessage(cache, one(10));
  open();
  await reading;
  expect(ids()).toBe("m10 m6 m5 m4 m3 m2 m1");
});

test("asked for thrice at once, it reads twice: once for what was on its way, once for what came after", async () => {
  const { kept, asked, hold, ids, freshen } = await loaded(6, 2);
  const open = hold();
  const reading = freshen();
  kept.unshift(one(7));
  void freshen();
  void freshen();
  open();
  await reading;
  expect(asked).toEqual([undefined, undefined]);
  expect(ids()).toBe("m7 m6 m5 m4 m3 m2 m1");
});

test("nobody looks: nothing is asked, and the next look reads the first page alone", async () => {
  const { cache, asked, stop, freshen } = await loaded(6, 2);
  stop();
  await freshen();
  expect(asked).toEqual([]);
  expect(cache.getQueryData(key)).toBeUndefined();
});

test("a thread that was left keeps its first page and its age", async () => {
  const { cache, stop, ids } = await loaded(9, 3);
  stop();
  const read = cache.getQueryState(key)?.dataUpdatedAt;
  keepNewest(cache, "t");
  expect(ids()).toBe("m9 m8 m7 m6 m5 m4 m3 m2 m1");
  expect(cache.getQueryData<{ pages: unknown[] }>(key)?.pages).toHaveLength(1);
  expect(cache.getQueryState(key)?.dataUpdatedAt).toBe(read);
});
