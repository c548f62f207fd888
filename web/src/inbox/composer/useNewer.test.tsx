import { act, renderHook } from "@testing-library/react";
import { expect, test } from "vitest";

import type { Message } from "../../api/types";
import { useNewer } from "./useNewer";

const message = (id: string) => ({ id }) as Message;
const setUp = (newest: Message | undefined, writing: boolean) =>
  renderHook(({ newest, writing }) => useNewer(newest, writing), { initialProps: { newest, writing } });

test("while nothing is written, everything that comes counts as seen", () => {
  const { result, rerender } = setUp(message("1"), false);
  rerender({ newest: message("2"), writing: false });
  expect(result.current).toMatchObject({ seen: "2", newer: undefined });
});

test("what comes while one writes is newer, until it is accepted", () => {
  const { result, rerender } = setUp(message("1"), false);
  rerender({ newest: message("1"), writing: true });
  rerender({ newest: message("2"), writing: true });
  expect(result.current.seen).toBe("1");
  expect(result.current.newer?.id).toBe("2");
  act(() => result.current.accept());
  expect(result.current).toMatchObject({ seen: "2", newer: undefined });
});

test("a draft found on opening is measured against what the thread shows", () => {
  const { result, rerender } = setUp(undefined, true);
  rerender({ newest: message("5"), writing: true });
  expect(result.current).toMatchObject({ seen: "5", newer: undefined });
});
