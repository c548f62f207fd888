import i18next from "i18next";
import { beforeAll, expect, test } from "vitest";

import type { Agent, Catalogue, Inbox, Ticket, TicketEvent } from "../../api/types";
import { startI18n } from "../../i18n";
import { eventWords } from "../eventWords";
import { placeReasons, priorityReasons, type Knowing } from "./reasons";

const JUN = { id: "a-jun", name: "Jun Park" } as Agent;
const TICKET = { priority: "normal", impact: null, urgency: null, team_id: "", assignee: null, inbox_id: "i1", private: false } as unknown as Ticket;
const change = (field: string, after: string | null, before: string | null = null) => ({ field, before, after });
const event = (kind: string, changes: TicketEvent["changes"], why = "") =>
  ({ id: kind, kind, at: "2026-11-22T09:00:00.000Z", actor: { kind: "agent", id: "a-mira", name: "Mira Okafor" }, changes, message_id: null, why }) as TicketEvent;

let knowing: Knowing;
beforeAll(async () => {
  await startI18n("en");
  knowing = {
    t: i18next.t,
    language: "en",
    catalogue: { templates: [{ id: "recall", names: { en: "Recall" } }] } as unknown as Catalogue,
    inboxes: [{ id: "i1", name: "Support" } as Inbox],
    tell: (one) => eventWords(one, [JUN], i18next.t, { name: (field) => (field === "team_id" ? "Team" : field), value: (_, raw) => raw }),
    rating: (value) => value,
  };
});

const priority = (ticket: Partial<Ticket>, events: TicketEvent[]) => priorityReasons({ ...TICKET, ...ticket }, events, knowing).map((one) => one.text);
const place = (ticket: Partial<Ticket>, events: TicketEvent[], hidden: string[] = []) =>
  placeReasons({ ...TICKET, ...ticket }, events, knowing, (field) => hidden.includes(field)).map((one) => one.text);

test("a priority that nobody touched is the one that all begin with", () => {
  expect(priority({}, [])).toEqual(["Every ticket begins with this priority, and nobody has changed it."]);
  expect(priority({ priority: "high" }, [])).toEqual(["Its history does not say who set it."]);
});

test("who set a priority is named, with what they said of it", () => {
  const set = event("ticket.changed", [change("priority", "high", "normal"), change("tags", "x")], "They wait in the cold");
  expect(priorityReasons({ ...TICKET, priority: "high" }, [set], knowing)).toEqual([
    { text: "Mira Okafor set priority to High", at: set.at, said: "They wait in the cold" },
  ]);
});

test("a priority that was rated says of what", () => {
  const rated = event("ticket.changed", [change("priority", "urgent"), change("rated", "urgent"), change("impact", "high")]);
  expect(priority({ priority: "urgent", impact: "high", urgency: "high" }, [rated])[0]).toBe("Impact “high” and urgency “high” make this priority.");
});

test("the newest reason counts", () => {
  const set = event("ticket.changed", [change("priority", "low")]);
  const rated = event("ticket.changed", [change("rated", "urgent")]);
  expect(priority({ priority: "low" }, [set, rated])).toEqual(["Mira Okafor set priority to Low"]);
});

test("a beginning names its template, a split where it came from", () => {
  const begun = event("ticket.created", [change("template", "recall"), change("priority", "high")]);
  expect(priority({ priority: "high" }, [begun])).toEqual(["Mira Okafor began the ticket by the template “Recall”."]);
  const came = event("ticket.created", [change("split", null, "#12")]);
  expect(priority({ priority: "high" }, [came])).toEqual(["It was split off from #12 and kept what that one had."]);
  const went = event("ticket.split", [change("split", "#13")]);
  expect(priority({}, [went])[0]).toMatch(/^Every ticket/);
});

test("a place is its inbox, team and owner, and who decided on each", () => {
  expect(place({}, [])).toEqual(["It lies in the inbox “Support”.", "It has not been given to a team.", "Nobody has taken it yet."]);
  const given = event("ticket.changed", [change("team_id", "Warranty EU")]);
  const taken = event("ticket.changed", [change("assignee_id", "Jun Park")]);
  const held = { team_id: "t1", assignee: { id: "a-jun", name: "Jun Park", initials: "JP" }, private: true };
  expect(place(held, [taken, given])).toEqual([
    "It lies in the inbox “Support”.",
    "Mira Okafor set Team to Warranty EU",
    "Mira Okafor assigned Jun Park",
    "It is private: only its team, its owner and its followers see it.",
  ]);
  expect(place(held, [taken, given], ["team_id"])).not.toContain("Mira Okafor set Team to Warranty EU");
});

test("of a merge it is told that there was one", () => {
  const joined = event("ticket.joined", [change("joined", "#7"), change("assignee_id", "Jun Park")]);
  const owned = { assignee: { id: "a-jun", name: "Jun Park", initials: "JP" } };
  expect(place(owned, [joined]).slice(2)).toEqual(["Mira Okafor merged another ticket into this one", "Mira Okafor assigned Jun Park"]);
});
