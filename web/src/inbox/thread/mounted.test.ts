import { expect, test } from "vitest";

import { atFirst, atNewest, filled, firstShown, further, nearer, type Mounted } from "./mounted";

const range = (now: Mounted, length: number) => [firstShown(now, length), length - now.below];
const ON_THE_WAY = 60;

test("going back, never more than 160 of 2,000 entries stand in the page and none is left out", () => {
  let now = atNewest;
  const seen = new Set<number>();
  for (let n = 0; n < ON_THE_WAY; n += 1) {
    const [from = 0, to = 0] = range(now, 2_000);
    expect(to - from).toBeLessThanOrEqual(160);
    for (let at = from; at < to; at += 1) seen.add(at);
    now = further(now, 2_000, true);
  }
  expect(seen.size).toBe(2_000);
  expect(range(now, 2_000)[0]).toBe(0);
  expect(further(now, 2_000, true)).toBe(now);
});

test("and forth again, to the newest", () => {
  let now = { below: 1_840, size: 160 };
  for (let n = 0; n < ON_THE_WAY; n += 1) {
    const before = range(now, 2_000);
    now = nearer(now);
    const [from = 0, to = 0] = range(now, 2_000);
    expect(to - from).toBeLessThanOrEqual(160);
    expect(from).toBeLessThan(before[1] ?? 0);
  }
  expect(range(now, 2_000)).toEqual([1_840, 2_000]);
  expect(nearer(now)).toBe(now);
});

test("what one begins with comes in two steps that leave nothing out, and moves nobody who is elsewhere", () => {
  const [from = 0, to = 0] = range(atFirst, 2_000);
  expect(to).toBe(2_000);
  expect(to - from).toBeLessThan(30);
  expect(filled(atFirst)).toEqual(atNewest);
  expect(filled(atNewest)).toBe(atNewest);
  for (const now of [further(atFirst, 2_000, true), { below: 40, size: 20 }]) expect(filled(now)).toBe(now);
});

test("older pages that come in above leave what is shown where it is", () => {
  const now = { below: 30, size: 100 };
  const items = Array.from({ length: 500 }, (_, at) => at);
  const shown = (all: number[]) => all.slice(...range(now, all.length));
  expect(shown([...Array.from({ length: 50 }, () => -1), ...items])).toEqual(shown(items));
});

test("a browser that does not hold its place keeps all it has shown", () => {
  let now = atNewest;
  for (let n = 0; n < ON_THE_WAY; n += 1) now = further(now, 2_000, false);
  expect(range(now, 2_000)).toEqual([0, 2_000]);
});
