import { expect, test } from "vitest";

import type { TicketRow } from "../api/types";
import { belongs, pathOf, scopeOf, type Scope } from "./scope";

const row = (more: Partial<TicketRow>) => ({ status: "open", assignee: null, inbox_id: "i", snooze: null, mentioned: [], ...more }) as TicketRow;
const me = { id: "me", name: "Mira Okafor", initials: "MO" };

test.each<[Scope, string | undefined, string]>([
  [{ kind: "view", key: "mine" }, undefined, "/view/mine"],
  [{ kind: "inbox", key: "i/1" }, "t", "/inbox/i%2F1/t"],
  [{ kind: "search", key: "all", q: "阀门 #12" }, "t", "/search/all/t?q=%E9%98%80%E9%97%A8%20%2312"],
])("the path of %o", (scope, ticket, path) => {
  expect(pathOf(scope, ticket)).toBe(path);
});

test("the usual order is named only where another is usual", () => {
  expect(pathOf({ kind: "view", key: "mine" }, undefined, "activity")).toBe("/view/mine");
  expect(pathOf({ kind: "view", key: "mine" }, "t", "waiting")).toBe("/view/mine/t?sort=waiting");
  expect(pathOf({ kind: "saved", key: "v" }, undefined, "activity")).toBe("/saved/v?sort=activity");
  expect(pathOf({ kind: "view", key: "longest" }, undefined, "waiting")).toBe("/view/longest");
  expect(pathOf({ kind: "view", key: "longest" }, "t", "activity")).toBe("/view/longest/t?sort=activity");
});

test("addresses that mean nothing give no scope", () => {
  expect(scopeOf("view", "elsewhere", "")).toBeNull();
  expect(scopeOf("settings", "x", "")).toBeNull();
});

test.each<[Scope, Partial<TicketRow>, boolean]>([
  [{ kind: "view", key: "mine" }, { assignee: me, status: "waiting" }, true],
  [{ kind: "view", key: "mine" }, { assignee: me, status: "solved" }, false],
  [{ kind: "view", key: "unassigned" }, {}, true],
  [{ kind: "view", key: "unassigned" }, { assignee: me }, false],
  [{ kind: "view", key: "mine" }, { assignee: me, snooze: { until: null, by: null } }, false],
  [{ kind: "view", key: "open" }, { snooze: { until: null, by: null } }, false],
  [{ kind: "view", key: "snoozed" }, { snooze: { until: null, by: null } }, true],
  [{ kind: "view", key: "snoozed" }, { status: "solved", snooze: { until: null, by: null } }, false],
  [{ kind: "view", key: "mentions" }, { mentioned: ["me"] }, true],
  [{ kind: "view", key: "mentions" }, { mentioned: ["you"] }, false],
  [{ kind: "view", key: "held" }, { status: "held" }, true],
  [{ kind: "view", key: "longest" }, { waiting_since: "2026-11-22T09:00:00.000Z" }, true],
  [{ kind: "view", key: "longest" }, { waiting_since: null }, false],
  [{ kind: "view", key: "longest" }, { status: "solved", waiting_since: "2026-11-22T09:00:00.000Z" }, false],
  [{ kind: "saved", key: "v" }, { status: "solved" }, true],
  [{ kind: "view", key: "waiting" }, { status: "waiting" }, true],
  [{ kind: "view", key: "solved" }, { status: "closed" }, true],
  [{ kind: "inbox", key: "i" }, { status: "solved" }, false],
  [{ kind: "inbox", key: "j" }, {}, false],
  [{ kind: "search", key: "open", q: "x" }, { status: "solved" }, true],
])("%o holds %o: %s", (scope, fields, expected) => {
  expect(belongs(scope, row(fields), "me")).toBe(expected);
});
