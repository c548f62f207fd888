import { expect, test } from "vitest";

import { laterPresets } from "./later";

const told = (now: Date) => laterPresets(now).map(({ id, at }) => `${id} ${at.getDate()} ${at.getHours()}:${String(at.getMinutes()).padStart(2, "0")}`);

test("on a Tuesday morning all four lie ahead", () => {
  expect(told(new Date(2026, 10, 17, 10, 7))).toEqual(["hours3 17 13:15", "evening 17 18:00", "tomorrow 18 9:00", "monday 23 9:00"]);
});

test("in the evening there is no evening left", () => {
  expect(told(new Date(2026, 10, 17, 17, 30))).toEqual(["hours3 17 20:30", "tomorrow 18 9:00", "monday 23 9:00"]);
});

test("on a Sunday Monday is tomorrow; on a Monday it is a week away", () => {
  expect(told(new Date(2026, 10, 22, 19, 0)).map((one) => one.split(" ")[0])).toEqual(["hours3", "tomorrow"]);
  expect(told(new Date(2026, 10, 23, 19, 0)).at(-1)).toBe("monday 30 9:00");
});
