import { InfiniteQueryObserver, QueryClient } from "@tanstack/react-query";
import { beforeEach, expect, test, vi } from "vitest";

import { listEvents } from "../api/calls";
import { keys } from "../api/keys";
import type { TicketRow } from "../api/types";
import type { Frame } from "./frames";
import { receive } from "./receive";
import { typing, updates } from "./stores";

vi.mock("../api/calls", async (real) => ({ ...(await real<object>()), listEvents: vi.fn() }));

const cache = new QueryClient();
const frame = (events: string[], actor: string): Frame => ({
  type: "ticket",
  seq: 1,
  ticket: { id: "t", version: 1, contact: { id: "c", name: "Elena Marchetti" } } as TicketRow,
  events,
  actor_id: actor,
});
const seen = () => {
  const update = updates.get().get("t");
  return update && { moved: update.moved, mine: update.mine };
};

beforeEach(() => updates.set(new Map()));

test("a customer's message moves a row and is not mine", () => {
  receive(frame(["message.received"], "c"), cache, "me");
  expect(seen()).toEqual({ moved: true, mine: false });
});

test("my reply stays mine when its ticks come in", () => {
  receive(frame(["message.sent", "ticket.changed"], "me"), cache, "me");
  receive(frame(["delivery.changed"], ""), cache, "me");
  expect(seen()).toEqual({ moved: true, mine: true });
});

test("ticks alone are no update", () => {
  receive(frame(["delivery.changed"], ""), cache, "me");
  expect(seen()).toBeUndefined();
});

test("what I solve after the customer wrote is mine, so that it may leave the list", () => {
  receive(frame(["message.received"], "c"), cache, "me");
  receive(frame(["ticket.changed"], "me"), cache, "me");
  expect(seen()?.mine).toBe(true);
});

test("what a colleague does after me is news again", () => {
  receive(frame(["ticket.changed"], "me"), cache, "me");
  receive(frame(["ticket.changed"], "jun"), cache, "me");
  expect(seen()?.mine).toBe(false);
});

test("a message ends the typing of its sender", () => {
  receive({ type: "typing", ticket_id: "t", name: "Elena", typing: true }, cache, "me");
  expect(typing.get().get("t")).toBe("Elena");
  const message = { id: "m", ticket_id: "t", direction: "in", occurred_at: "" };
  receive({ type: "message", seq: 2, ticket_id: "t", message } as Frame, cache, "me");
  expect(typing.get().has("t")).toBe(false);
});

test("news of the open ticket cost one request, however much of its history is loaded", async () => {
  const page = (n: number) => ({ items: [{ id: `e${n}`, at: `2026-01-0${9 - n}` }], next_cursor: String(n + 1) });
  vi.mocked(listEvents).mockImplementation(async () => page(1) as Awaited<ReturnType<typeof listEvents>>);
  cache.setQueryData(keys.ticket("t"), { id: "t", version: 1 });
  const queryFn = vi.fn(async ({ pageParam }: { pageParam: number }) => page(pageParam));
  const history = new InfiniteQueryObserver(cache, { queryKey: keys.events("t"), queryFn, initialPageParam: 1, getNextPageParam: (last) => Number(last.next_cursor) });
  const stop = history.subscribe(() => undefined);
  for (let n = 0; n < 5; n += 1) await history.fetchNextPage();
  queryFn.mockClear();
  receive(frame(["ticket.changed"], "jun"), cache, "me");
  await vi.waitFor(() => expect(listEvents).toHaveBeenCalledTimes(1));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(queryFn).not.toHaveBeenCalled();
  stop();
});
