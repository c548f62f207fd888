import { expect, test } from "vitest";

import { daysSince, formatFor, spanSince } from "./format";

const now = new Date("2026-11-18T10:00:00Z");

test.each([
  ["2026-11-18T09:59:31Z", { unit: "now", count: 0 }],
  ["2026-11-18T09:24:00Z", { unit: "minutes", count: 36 }],
  ["2026-11-18T05:10:00Z", { unit: "hours", count: 4 }],
  ["2026-11-16T05:10:00Z", { unit: "days", count: 2 }],
  ["2026-11-18T10:05:00Z", { unit: "now", count: 0 }],
])("%s waited %o", (iso, span) => {
  expect(spanSince(iso, now)).toEqual(span);
});

test("sizes are decimal and short", () => {
  const format = formatFor("en", "Today", "Yesterday");
  expect([0, 999, 84_000, 2_100_000].map(format.bytes)).toEqual(["0 bytes", "999 bytes", "84 kB", "2.1 MB"]);
});

test("days have words when near and a year when far", () => {
  const format = formatFor("en", "Today", "Yesterday");
  expect(format.day("2026-11-18T01:00:00Z", now)).toBe("Today");
  expect(format.day("2026-11-17T12:00:00Z", now)).toBe("Yesterday");
  expect(format.day("2026-11-10T12:00:00Z", now)).toBe("Tuesday, November 10");
  expect(format.day("2025-11-10T12:00:00Z", now)).toContain("2025");
});

test("days are counted by midnights, not by hours", () => {
  const local = (day: number, hour: number) => new Date(2026, 10, day, hour);
  expect(daysSince(local(17, 23).toISOString(), local(18, 1))).toBe(1);
  expect(daysSince(local(18, 0).toISOString(), local(18, 23))).toBe(0);
});
