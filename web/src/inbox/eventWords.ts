import type { TFunction } from "i18next";

import type { Agent, TicketEvent } from "../api/types";

import type { FieldWords } from "./useFieldWords";

type Change = TicketEvent["changes"][number];

const STATUSES = new Set(["new", "open", "waiting", "held", "solved", "closed"]);
const PRIORITIES = new Set(["low", "normal", "high", "urgent"]);
const KINDS = ["ticket.created", "message.received", "message.sent", "note.added", "message.edited", "message.deleted", "ticket.merged", "ticket.joined", "ticket.unmerged", "ticket.unjoined", "ticket.split", "ticket.unsplit", "message.scheduled"] as const;

/** What a mail server reported of one recipient; the change's `before` is whom it speaks of. */
const REPORTS = ["recipient_failed", "recipient_delayed", "recipient_complained"] as const;

const MEMBERSHIPS = new Set(["joined", "left", "blocked", "unblocked"]);

/** What the system only passes on: nobody is named as having done it. */
const UNNAMED: Partial<Record<string, "event.reported" | "event.edited" | "event.deleted">> = {
  "message.received": "event.reported",
  "message.edited": "event.edited",
  "message.deleted": "event.deleted",
};

/** Other fields that are told by their name. */
const TOLD = new Set(["team_id", "type_id", "category_id", "impact", "urgency"]);

/** What happened to a ticket as one sentence that names its actor once; null for what has no words. */
export function eventWords(event: TicketEvent, agents: readonly Agent[], t: TFunction, words?: FieldWords): string | null {
  const actor = event.actor.name || t("event.system");

  const shown = ({ field, after }: Change): string => {
    if (!after) return t("event.nothing");
    if (field === "status" && STATUSES.has(after)) return t(`status.${after as "new"}`);
    if (field === "priority" && PRIORITIES.has(after)) return t(`priority.${after as "low"}`);
    if (field === "assignee_id") return agents.find((agent) => agent.id === after)?.name ?? after;
    return after;
  };
  const act = (who: string, change: Change): string | null => {
    const value = shown(change);
    if (change.field === "assignee_id") {
      if (!change.after) return t("event.unassigned", { who });
      return value === actor ? t("event.took", { who }) : t("event.assigned", { who, name: value });
    }
    if (change.field === "status") return t(event.actor.kind === "contact" ? "event.reopened" : "event.status", { who, value });
    if (change.field === "priority") return t("event.priority", { who, value });
    if (change.field === "tags") return t("event.tags", { who, value });
    if (change.field === "subject") return t("event.subject", { who, value });
    if (change.field === "checklist") return t(change.after?.startsWith("[x]") ? "event.ticked" : "event.step", { who, value: (change.after ?? change.before ?? "").replace(/^\[.\] /, "") });
    if (change.field === "private") return t(change.after ? "event.private" : "event.public", { who });
    if (change.field === "snoozed_until") return change.after ? t("event.snoozed", { who, value: words?.value(change.field, change.after) ?? change.after }) : t("event.woken", { who });
    if (words && (TOLD.has(change.field) || change.field.startsWith("fields."))) {
      return t("event.field", { who, field: words.name(change.field), value: change.after ? words.value(change.field, change.after) : t("event.nothing") });
    }
    if (change.field === "membership" && change.after) return MEMBERSHIPS.has(change.after) ? t(`event.membership.${change.after as "joined"}`, { who }) : null;
    const report = REPORTS.find((one) => one === change.field);
    if (report) return t(`event.${report}`, { who: change.before ?? t("delivery.somebody") });
    return null;
  };

  // A ticket that begins with something began; that it began so is told where that is asked.
  const told = event.kind === "ticket.created" ? [] : event.changes.filter((change) => act(actor, change) !== null);
  const acts = told.map((change, at) => act(at === 0 ? actor : "", change)?.trim() ?? "");
  if (acts.length > 0) {
    return acts.reduce((before, next, at) => t(at === acts.length - 1 ? "event.and" : "event.comma", { before, next }));
  }
  const alone = event.actor.kind === "system" ? UNNAMED[event.kind] : undefined;
  if (alone) return t(alone);
  const kind = KINDS.find((one) => one === event.kind);
  return kind ? t(`event.kind.${kind.replace(".", "_") as "ticket_created"}`, { who: actor }) : null;
}
