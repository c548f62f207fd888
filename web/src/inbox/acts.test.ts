import { expect, test } from "vitest";

import type { TicketRow } from "../api/types";
import { patchFor } from "./acts";

const row = { status: "open", priority: "high", assignee: { id: "me", name: "Mira Okafor", initials: "MO" }, team_id: "", tags: ["stove"] } as unknown as TicketRow;

test("what is so already needs no call", () => {
  expect(patchFor(row, { assignee_id: "me" })).toBeNull();
  expect(patchFor(row, { status: "open", priority: "high" })).toBeNull();
  expect(patchFor(row, { add_tags: ["stove"] })).toBeNull();
  expect(patchFor(row, { team_id: null })).toBeNull();
});

test("a tag is added to those that are there", () => {
  expect(patchFor(row, { add_tags: ["leak", "stove"] })).toEqual({ tags: ["stove", "leak"] });
});

test("nobody is a change where there is an owner", () => {
  expect(patchFor(row, { assignee_id: null })).toEqual({ assignee_id: null });
});
