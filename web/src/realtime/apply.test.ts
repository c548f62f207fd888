import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, test, vi } from "vitest";

import { keys } from "../api/keys";
import type { Message, Page, TicketRow } from "../api/types";
import { patchRow, patchUnread, putMessage, refetchAll } from "./apply";

const message = (id: string, at: string, text = "") => ({ id, occurred_at: at, text }) as Message;
const pages = <T>(...lists: T[][]) => ({
  pages: lists.map((items): Page<T> => ({ items, next_cursor: null })),
  pageParams: lists.map(() => undefined),
});
const idsOf = (data: ReturnType<typeof putMessage>) => data?.pages.flatMap((page) => page.items.map((one) => one.id));

test("a new message goes where its time puts it", () => {
  const data = pages([message("c", "2026-01-03"), message("a", "2026-01-01")]);
  expect(idsOf(putMessage(data, message("b", "2026-01-02")))).toEqual(["c", "b", "a"]);
  expect(idsOf(putMessage(data, message("d", "2026-01-04")))).toEqual(["d", "c", "a"]);
});

test("a message that is known is replaced, on whichever page it stands", () => {
  const data = pages([message("b", "2026-01-02")], [message("a", "2026-01-01")]);
  const after = putMessage(data, message("a", "2026-01-01", "edited"));
  expect(idsOf(after)).toEqual(["b", "a"]);
  expect(after?.pages[1]?.items[0]?.text).toBe("edited");
});

test("a row is patched in its place and never by an older version", () => {
  const cache = new QueryClient();
  const row = (id: string, version: number, subject: string) => ({ id, version, subject }) as TicketRow;
  cache.setQueryData(keys.list("view:open", "activity"), pages([{ row: row("1", 1, "one") }, { row: row("2", 5, "two") }]));
  patchRow(cache, row("1", 2, "one, changed"));
  patchRow(cache, row("2", 4, "two, stale"));
  const kept = cache.getQueryData<ReturnType<typeof pages<{ row: TicketRow }>>>(keys.list("view:open", "activity"));
  expect(kept?.pages[0]?.items.map((one) => one.row.subject)).toEqual(["one, changed", "two"]);
});

test("a list that a change does not touch is not put again, nor are the pages beside the one it touches", () => {
  const cache = new QueryClient();
  const row = (id: string, version: number) => ({ id, version, unread: false }) as TicketRow;
  const key = keys.list("view:open", "activity");
  cache.setQueryData(key, pages([{ row: row("1", 1) }], [{ row: row("2", 1) }]));
  const before = cache.getQueryState<ReturnType<typeof pages<{ row: TicketRow }>>>(key);
  patchRow(cache, row("3", 1));
  patchUnread(cache, "2", false);
  expect(cache.getQueryState(key)).toBe(before);
  patchRow(cache, row("2", 2));
  const after = cache.getQueryData<ReturnType<typeof pages<{ row: TicketRow }>>>(key);
  expect(after?.pages[0]).toBe(before?.data?.pages[0]);
  expect(after?.pages[1]?.items[0]?.row.version).toBe(2);
});

test("a first read that was on its way before the gap is made again", async () => {
  const cache = new QueryClient();
  const answers = ["of before", "of after"];
  let land = (): void => undefined;
  const observer = new QueryObserver(cache, {
    queryKey: keys.list("view:open", "activity"),
    queryFn: () => new Promise((done) => {
      const answer = answers.shift();
      land = () => done(answer);
    }),
  });
  const stop = observer.subscribe(() => undefined);
  refetchAll(cache);
  land();
  await vi.waitFor(() => expect(answers).toEqual([]));
  land();
  await vi.waitFor(() => expect(observer.getCurrentResult().data).toBe("of after"));
  stop();
});
