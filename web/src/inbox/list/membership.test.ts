import { expect, test } from "vitest";

import type { TicketRow } from "../../api/types";
import type { Scope } from "../../app/scope";
import type { Update } from "../../realtime/stores";
import { countNews, standing } from "./membership";

const scope: Scope = { kind: "view", key: "mine" };
const mine = { id: "me", name: "Mira Okafor" };
const row = (id: string, more: Partial<TicketRow> = {}) =>
  ({ id, status: "open", assignee: mine, inbox_id: "i", snooze: null, mentioned: [] as string[], ...more }) as TicketRow;
const list = (...rows: TicketRow[]) => rows.map((one) => ({ row: one, found: null }));
const updates = (...all: Update[]) => new Map(all.map((one) => [one.row.id, one]));
const ids = (rows: readonly { row: TicketRow }[]) => rows.map((one) => one.row.id);
const solved = row("1", { status: "solved" });

test("what I solved leaves, unless it is still open on screen", () => {
  const log = updates({ row: solved, moved: false, mine: true });
  expect(ids(standing(list(solved, row("2")), scope, "me", undefined, log))).toEqual(["2"]);
  expect(ids(standing(list(solved, row("2")), scope, "me", "1", log))).toEqual(["1", "2"]);
});

test("what a colleague solved holds still and is counted", () => {
  const log = updates({ row: solved, moved: false, mine: false });
  expect(ids(standing(list(solved, row("2")), scope, "me", undefined, log))).toEqual(["1", "2"]);
  expect(countNews(list(solved, row("2")), scope, "me", log)).toBe(1);
});

test("a new ticket that belongs here is news, one that does not is none", () => {
  const log = updates(
    { row: row("8"), moved: true, mine: false },
    { row: row("9", { assignee: null }), moved: true, mine: false },
  );
  expect(countNews(list(row("1")), scope, "me", log)).toBe(1);
});

test("a change that moves nothing is no news", () => {
  const log = updates({ row: row("1", { unread: false }), moved: false, mine: false });
  expect(countNews(list(row("1")), scope, "me", log)).toBe(0);
});

test("my own answer is no news to me", () => {
  const log = updates({ row: row("1"), moved: true, mine: true });
  expect(countNews(list(row("1")), scope, "me", log)).toBe(0);
});

test("where all stay, the list is the same one", () => {
  const all = list(row("1"), row("2"));
  expect(standing(all, scope, "me", "2", updates())).toBe(all);
});
