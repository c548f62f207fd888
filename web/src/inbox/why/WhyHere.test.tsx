import { MantineProvider } from "@mantine/core";
import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { beforeAll, expect, test, vi } from "vitest";

import type { Message } from "../../api/types";
import { startI18n } from "../../i18n";
import { WhyHere } from "./WhyHere";

const NAME = "Why is this message here?";

beforeAll(async () => {
  await startI18n("en");
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: vi.fn(), removeEventListener: vi.fn() }));
});

const show = (threaded_by: string, direction = "in") =>
  render(
    <MantineProvider env="test">
      <WhyHere message={{ direction, threaded_by } as Message} />
    </MantineProvider>,
  );

test("the button opens a box that it names, the focus goes in and comes back", async () => {
  show("subject: Re: Stove");
  const button = screen.getByRole("button", { name: NAME });
  expect(button.getAttribute("aria-haspopup")).toBe("dialog");
  expect(button.getAttribute("aria-expanded")).toBe("false");
  act(() => button.focus());
  fireEvent.click(button);
  const box = await screen.findByRole("dialog", { name: NAME });
  expect(button.getAttribute("aria-expanded")).toBe("true");
  expect(button.getAttribute("aria-controls")).toBe(box.id);
  expect(box.textContent).toContain("Re: Stove");
  await waitFor(() => expect(box.contains(document.activeElement)).toBe(true));
  fireEvent.keyDown(document.activeElement ?? box, { key: "Escape" });
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  await waitFor(() => expect(document.activeElement).toBe(button));
});

test("nothing stands beside the button before it is pressed", () => {
  const { container } = show("new");
  expect(container.querySelectorAll("button").length).toBe(1);
  expect(container.querySelector("button")?.nextSibling).toBeNull();
});

test.each([["", "in"], ["of-tomorrow", "in"], ["new", "out"]])("%s of a message %s is not told", (rule, direction) => {
  show(rule, direction);
  expect(screen.queryByRole("button")).toBeNull();
});
