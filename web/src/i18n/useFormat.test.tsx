import { renderHook } from "@testing-library/react";
import { beforeAll, expect, test } from "vitest";

import { speak, startI18n } from ".";
import { useFormat } from "./format";

beforeAll(() => startI18n("en"));

test("all who ask in a language share its formats, and another language has its own", async () => {
  const one = renderHook(useFormat).result.current;
  expect(renderHook(useFormat).result.current).toBe(one);
  expect(one.day(new Date().toISOString(), new Date())).toBe("Today");
  await speak("zh-CN");
  expect(renderHook(useFormat).result.current.day(new Date().toISOString(), new Date())).toBe("今天");
});
