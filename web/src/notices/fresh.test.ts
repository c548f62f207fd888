import { expect, test } from "vitest";

import type { Notice } from "../api/types";
import { freshOf } from "./fresh";

const notice = (id: string, at: string, read = false) => ({ id, at, read }) as Notice;
const ids = (notices: Notice[]) => notices.map((one) => one.id);

test("the first list is no news", () => {
  expect(freshOf(undefined, [notice("a", "1")])).toEqual([]);
});

test("new ones and those that happened again are", () => {
  const before = [notice("a", "1"), notice("b", "1")];
  expect(ids(freshOf(before, [notice("a", "2"), notice("b", "1"), notice("c", "3"), notice("d", "3", true)]))).toEqual(["a", "c"]);
});
