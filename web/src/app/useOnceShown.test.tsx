import { renderHook } from "@testing-library/react";
import { expect, test } from "vitest";

import { useOnceShown } from "./ShownContext";

test("what is shown once stays shown while other things load", () => {
  const seen: boolean[] = [];
  const { rerender } = renderHook(({ there }) => void seen.push(useOnceShown(there)), { initialProps: { there: false } });
  expect(seen).toEqual([false]);
  rerender({ there: true });
  expect(seen).toEqual([false, false, true]);
  rerender({ there: false });
  expect(seen.at(-1)).toBe(true);
});
