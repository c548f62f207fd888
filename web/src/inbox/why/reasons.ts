import type { TFunction } from "i18next";

import type { Catalogue, Inbox, Ticket, TicketEvent } from "../../api/types";
import { nameIn } from "../names";

/** One sentence of an answer, when that came to be, and what the one who did it said of it. */
export interface Reason {
  text: string;
  at?: string;
  said?: string;
}

export interface Knowing {
  t: TFunction;
  language: string;
  catalogue: Catalogue | undefined;
  inboxes: readonly Inbox[];
  /** An event in one sentence. */
  tell: (event: TicketEvent) => string | null;
  rating: (value: string) => string;
}

/** What the history is asked for, newest first. */
export const ASKED = { priority: "priority,rated,split", place: "assignee_id,team_id,split" } as const;

const has = (event: TicketEvent, field: string) => event.changes.some((one) => one.field === field);
/** Where this ticket came from, not what was split off from it. */
const cameBySplit = (event: TicketEvent) => event.kind === "ticket.created" && has(event, "split");
const when = (event: TicketEvent, text: string): Reason => ({ text, at: event.at, ...(event.why ? { said: event.why } : {}) });

const whoDid = (event: TicketEvent, { t }: Knowing) => event.actor.name || t("event.system");

function splitOff(event: TicketEvent, { t }: Knowing): Reason {
  const from = event.changes.find((one) => one.field === "split")?.before ?? "";
  return when(event, t("why.split", { from }));
}

function template(event: TicketEvent, { catalogue, language }: Knowing): string | undefined {
  const id = event.changes.find((one) => one.field === "template")?.after;
  if (!id) return undefined;
  return nameIn(catalogue?.templates.find((one) => one.id === id)?.names, language) || id;
}

function begun(event: TicketEvent, knowing: Knowing): Reason {
  const by = template(event, knowing);
  const who = whoDid(event, knowing);
  return when(event, by ? knowing.t("why.template", { who, name: by }) : knowing.t("why.begun", { who }));
}

/** A change of one field; of merges also what was done. */
function changed(event: TicketEvent, field: string, { tell }: Knowing): Reason[] {
  const change = tell({ ...event, kind: "ticket.changed", changes: event.changes.filter((one) => one.field === field) });
  const deed = event.kind === "ticket.changed" ? null : tell({ ...event, changes: [] });
  return [...(deed ? [{ text: deed }] : []), ...(change ? [when(event, change)] : [])];
}

/** Why the ticket has its priority. */
export function priorityReasons(ticket: Ticket, events: readonly TicketEvent[], knowing: Knowing): Reason[] {
  const { t, rating } = knowing;
  const event = events.find((one) => cameBySplit(one) || has(one, "priority") || has(one, "rated"));
  if (!event) return [{ text: t(ticket.priority === "normal" ? "why.usual" : "why.untold") }];
  if (has(event, "rated")) {
    const { impact, urgency } = ticket;
    const pair = impact && urgency ? t("why.pair", { impact: rating(impact), urgency: rating(urgency) }) : t("why.someRating");
    return [{ text: pair }, when(event, t("why.rated", { who: whoDid(event, knowing) }))];
  }
  if (cameBySplit(event)) return [splitOff(event, knowing)];
  return event.kind === "ticket.created" ? [begun(event, knowing)] : changed(event, "priority", knowing);
}

function holder(field: "team_id" | "assignee_id", held: boolean, events: readonly TicketEvent[], knowing: Knowing): Reason[] {
  const { t } = knowing;
  const event = events.find((one) => (held && cameBySplit(one)) || has(one, field));
  if (!event) return [{ text: t(held ? "why.began" : field === "team_id" ? "why.noTeam" : "why.nobody") }];
  return cameBySplit(event) ? [splitOff(event, knowing)] : changed(event, field, knowing);
}

/** Why the ticket lies where it does: its inbox, its team, its owner. `hidden` are fields that this agent is not shown. */
export function placeReasons(ticket: Ticket, events: readonly TicketEvent[], knowing: Knowing, hidden: (field: string) => boolean): Reason[] {
  const { t, inboxes } = knowing;
  const inbox = inboxes.find((one) => one.id === ticket.inbox_id)?.name;
  const reasons = [
    ...(inbox ? [{ text: t("why.inbox", { inbox }) }] : []),
    ...(hidden("team_id") ? [] : holder("team_id", ticket.team_id !== "", events, knowing)),
    ...(hidden("assignee_id") ? [] : holder("assignee_id", ticket.assignee !== null, events, knowing)),
    ...(ticket.private ? [{ text: t("why.private") }] : []),
  ];
  return reasons.filter((one, at) => reasons.findIndex((other) => other.text === one.text) === at);
}
