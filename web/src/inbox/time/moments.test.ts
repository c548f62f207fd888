import { expect, test } from "vitest";

import { localValue, moments } from "./moments";

const said = (now: Date) => Object.fromEntries(moments(now).map((one) => [one.name, localValue(one.at)]));

test("on a Thursday morning every moment is another", () => {
  expect(said(new Date(2026, 10, 19, 10, 2))).toEqual({
    hour: "2026-11-19T11:05", evening: "2026-11-19T18:00", tomorrow: "2026-11-20T09:00", monday: "2026-11-23T09:00", week: "2026-11-26T09:00",
  });
});

test("late on a Sunday the evening is past and Monday is tomorrow", () => {
  expect(Object.keys(said(new Date(2026, 10, 22, 20, 0)))).toEqual(["hour", "tomorrow", "week"]);
});

test("on a Monday, Monday is the next one", () => {
  const named = said(new Date(2026, 10, 23, 8, 0));
  expect([named.monday, named.week]).toEqual(["2026-11-30T09:00", undefined]);
});
