import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";

import "../../i18n";
import { MaskedField } from "./MaskedField";

const asked = vi.hoisted(() => vi.fn());
vi.mock("../../api/work", () => ({ revealField: asked }));
afterEach(cleanup);

test("dots stay until they are asked away, and come back", async () => {
  asked.mockResolvedValue({ field: "fields.iban", value: "DE89" });
  render(<QueryClientProvider client={new QueryClient()}><MaskedField ticket="t-1" field="fields.iban" name="IBAN" dots="••••00" /></QueryClientProvider>);
  expect(screen.getByText("••••00")).toBeTruthy();
  expect(asked).not.toHaveBeenCalled();
  fireEvent.click(screen.getByRole("button"));
  expect(await screen.findByText("DE89")).toBeTruthy();
  expect(asked).toHaveBeenCalledWith("t-1", "fields.iban");
  fireEvent.click(screen.getByRole("button"));
  expect(await screen.findByText("••••00")).toBeTruthy();
  expect(screen.queryByText("DE89")).toBeNull();
});
