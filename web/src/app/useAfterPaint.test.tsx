import { renderHook } from "@testing-library/react";
import { expect, test } from "vitest";

import { useAfterPaint } from "./useAfterPaint";

test("what is dear is left out of the first render and follows by itself", () => {
  const seen: boolean[] = [];
  renderHook(() => seen.push(useAfterPaint()));
  expect(seen[0]).toBe(false);
  expect(seen.at(-1)).toBe(true);
});
