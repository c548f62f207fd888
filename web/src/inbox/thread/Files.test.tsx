import { fireEvent, render, screen } from "@testing-library/react";
import { beforeAll, expect, test } from "vitest";

import type { Message, MessageFile } from "../../api/types";
import { startI18n } from "../../i18n";
import { Files } from "./Files";

beforeAll(() => startI18n("en"));

const file = (more: Partial<MessageFile>) =>
  ({ id: "f1", name: "valve.png", media_type: "image/png", size: 61_000, inline: false, state: "stored", url: "/f1", ...more }) as MessageFile;
const show = (channel: string, more: Partial<MessageFile> = {}) =>
  render(<Files message={{ channel, direction: "in", deleted_at: null, files: [file(more)] } as Message} />);

test.each(["telegram", "email"])("a stored picture of %s shows itself and can be enlarged", (channel) => {
  show(channel);
  const picture = screen.getByRole("img", { name: "valve.png" });
  expect(picture.getAttribute("loading")).toBe("lazy");
  const open = picture.closest("button");
  expect(open?.getAttribute("aria-label")).toBe("Show valve.png large");
});

test.each([
  [{ media_type: "image/svg+xml" }],
  [{ media_type: "image/avif" }],
  [{ media_type: "application/pdf" }],
  [{ state: "pending" } as const],
])("%o stays a named chip", (more) => {
  show("telegram", more);
  expect(screen.queryByRole("img")).toBeNull();
  expect(screen.getByText("valve.png")).toBeTruthy();
});

test("what claims to be a picture and is none becomes a chip", () => {
  show("telegram");
  expect(screen.getByRole("img").getAttribute("src")).toBe("/f1/thumbnail");
  fireEvent.error(screen.getByRole("img"));
  expect(screen.getByRole("img").getAttribute("src")).toBe("/f1");
  fireEvent.error(screen.getByRole("img"));
  expect(screen.queryByRole("img")).toBeNull();
  expect(screen.getByText("valve.png").closest("a")?.getAttribute("href")).toBe("/f1");
});

test.each([["audio/ogg", "Recording valve.png"], ["video/mp4", "Video valve.png"]])("%s plays in its place, and is a chip where it cannot", (media_type, name) => {
  show("telegram", { media_type });
  const player = screen.getByLabelText(name);
  expect([player.getAttribute("src"), player.hasAttribute("controls")]).toEqual(["/f1", true]);
  fireEvent.error(player);
  expect(screen.getByText("valve.png").closest("a")?.getAttribute("href")).toBe("/f1");
});
