import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import { useAgents } from "../api/queries";
import type { TicketEvent } from "../api/types";
import { readableNumber } from "../parts/address";

type Change = TicketEvent["changes"][number];

const STATUSES = new Set(["new", "open", "waiting", "solved", "closed"]);
const PRIORITIES = new Set(["low", "normal", "high", "urgent"]);
const KINDS = ["ticket.created", "message.received", "message.sent", "note.added", "message.edited", "message.deleted", "ticket.merged"] as const;

/** Turns what happened to a ticket into a sentence; null for what has no words of its own. */
export function useEventWords(): (event: TicketEvent) => string | null {
  const { t } = useTranslation();
  const { data: agents } = useAgents();

  return useCallback(
    (event) => {
      const actor = readableNumber(event.actor.name) || t("event.system");
      const value = (field: string, raw: string | null): string => {
        if (raw === null || raw === "") return t("event.nothing");
        if (field === "status" && STATUSES.has(raw)) return t(`status.${raw as "new"}`);
        if (field === "priority" && PRIORITIES.has(raw)) return t(`priority.${raw as "low"}`);
        if (field === "assignee_id") return agents?.find((agent) => agent.id === raw)?.name ?? raw;
        return raw;
      };
      const change = (who: string, { field, after }: Change): string | null => {
        if (field === "assignee_id") {
          if (!after) return t("event.unassigned", { who });
          const name = value(field, after);
          return name === actor ? t("event.took", { who }) : t("event.assigned", { who, name });
        }
        if (field === "status" && event.actor.kind === "contact") return t("event.reopened", { who, value: value(field, after) });
        if (field === "status") return t("event.status", { who, value: value(field, after) });
        if (field === "priority") return t("event.priority", { who, value: value(field, after) });
        if (field === "tags") return t("event.tags", { who, value: value(field, after) });
        if (field === "subject") return t("event.subject", { who, value: value(field, after) });
        return null;
      };
      // One act of one person is one line: only its first words name them.
      const told = event.changes.filter((one) => change(actor, one) !== null);
      if (told.length > 0) return told.map((one, at) => change(at === 0 ? actor : "", one)?.trim()).join(" · ");
      const kind = KINDS.find((one) => one === event.kind);
      return kind ? t(`event.kind.${kind.replace(".", "_") as "ticket_created"}`, { who: actor }) : null;
    },
    [t, agents],
  );
}
