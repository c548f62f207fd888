import { describe, expect, test } from "vitest";

import { isQuiet, NOWHERE, waysOf } from "./decide";

const quiet = { on: true, days: [1, 2, 3, 4, 5], begins: "20:00", ends: "08:00" };
const at = (iso: string) => new Date(`${iso}Z`);

describe("quiet hours", () => {
  test.each([
    ["2026-11-17T21:00", true],
    ["2026-11-17T19:59", false],
    ["2026-11-18T07:59", true],
    ["2026-11-18T08:00", false],
    // Friday night goes on into Saturday; Sunday night is none, though Monday is a day of quiet.
    ["2026-11-21T07:00", true],
    ["2026-11-21T21:00", false],
    ["2026-11-23T07:00", false],
  ])("%s: %s", (iso, expected) => {
    expect(isQuiet(quiet, "UTC", at(iso))).toBe(expected);
  });

  test("are those of the agent's own place", () => {
    expect(isQuiet(quiet, "Asia/Shanghai", at("2026-11-17T12:30"))).toBe(true);
    expect(isQuiet(quiet, "UTC", at("2026-11-17T12:30"))).toBe(false);
  });

  test("within one day, and off", () => {
    const noon = { ...quiet, begins: "12:00", ends: "13:00" };
    expect(isQuiet(noon, "UTC", at("2026-11-17T12:30"))).toBe(true);
    expect(isQuiet(noon, "UTC", at("2026-11-17T13:00"))).toBe(false);
    expect(isQuiet({ ...noon, on: false }, "UTC", at("2026-11-17T12:30"))).toBe(false);
  });
});

describe("ways", () => {
  const all = { page: true, desktop: true, sound: true };

  test("the ticket in front of me calls nobody", () => {
    expect(waysOf(all, "t", { visible: true, ticket: "t" }, false)).toEqual(NOWHERE);
  });

  test("in sight the page tells, out of sight the desktop", () => {
    expect(waysOf(all, "t", { visible: true, ticket: "u" }, false)).toEqual({ page: true, desktop: false, sound: true });
    expect(waysOf(all, "t", { visible: false, ticket: "t" }, false)).toEqual({ page: false, desktop: true, sound: true });
  });

  test("nothing calls in quiet hours", () => {
    expect(waysOf(all, "t", { visible: false, ticket: undefined }, true)).toEqual(NOWHERE);
  });
});
