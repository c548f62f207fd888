import { expect, test } from "vitest";

import type { Ticket } from "../api/types";
import { mayEnd, waitsFor } from "./waiting";

const link = (kind: string, number: number, status: string) => ({ id: `l${number}`, kind, ticket: { id: `t${number}`, number, subject: "", status } });

test("open children are named in order; related and solved ones are not", () => {
  const links = [link("child", 7, "open"), link("child", 3, "waiting"), link("child", 4, "solved"), link("related", 5, "open")];
  expect(waitsFor({ links } as Pick<Ticket, "links">)).toEqual([3, 7]);
});

test("only a change that may end a ticket is offered again, and only once", () => {
  expect(mayEnd({ status: "solved" })).toBe(true);
  expect(mayEnd({ state: "done" })).toBe(true);
  expect(mayEnd({ status: "open" })).toBe(false);
  expect(mayEnd({ priority: "high" })).toBe(false);
  expect(mayEnd({ status: "solved", force: true })).toBe(false);
});
