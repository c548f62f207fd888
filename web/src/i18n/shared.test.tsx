import { act, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { I18nextProvider, useTranslation } from "react-i18next";
import { beforeAll, expect, test } from "vitest";

import { shared, speak, startI18n } from ".";

beforeAll(() => startI18n("en"));

test("the shared instance owns nothing to copy, and speaks whatever language is spoken", async () => {
  const wrapper = ({ children }: { children: ReactNode }) => <I18nextProvider i18n={shared}>{children}</I18nextProvider>;
  const { result } = renderHook(() => useTranslation(), { wrapper });
  expect(Object.keys(shared).filter((key) => key !== "reportNamespaces")).toEqual([]);
  expect(Object.keys(result.current.i18n).length).toBeLessThan(3);
  expect([result.current.t("day.today"), result.current.i18n.language]).toEqual(["Today", "en"]);
  await act(() => speak("zh-CN"));
  expect([result.current.t("day.today"), result.current.i18n.language]).toEqual(["今天", "zh-CN"]);
});
