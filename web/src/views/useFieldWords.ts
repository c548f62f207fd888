import { useTranslation } from "react-i18next";

import { useAgents, useInboxes, useTeams } from "../api/queries";

export interface Choice {
  value: string;
  label: string;
}

const STATUSES = ["new", "open", "waiting", "held", "solved", "closed"] as const;
const PRIORITIES = ["low", "normal", "high", "urgent"] as const;
const KNOWN = [
  "status", "state", "type", "priority", "team", "organisation", "category", "impact", "urgency", "contact", "parent", "trouble",
  "created", "updated", "activity", "customer_wrote", "we_wrote", "waiting_since", "solved", "snoozed_until", "status_since",
  "number", "messages", "customer_messages", "follower", "mentioned", "assignee", "tag", "asset", "private", "subject",
  "customer", "language", "vip", "time_zone", "inbox", "channel", "undone",
] as const;

/** What fields are called, and the values of those that have a known few. */
export function useFieldWords() {
  const { t } = useTranslation();
  const { data: agents } = useAgents();
  const { data: teams } = useTeams();
  const { data: inboxes } = useInboxes();
  const people: Choice[] = [{ value: "me", label: t("views.me") }, ...(agents ?? []).map((agent) => ({ value: agent.id, label: agent.name }))];
  const channels = new Map((inboxes ?? []).map((inbox) => [inbox.channel, inbox.family_name]));
  const values: Partial<Record<string, Choice[]>> = {
    status: STATUSES.map((value) => ({ value, label: t(`status.${value}`) })),
    priority: PRIORITIES.map((value) => ({ value, label: t(`priority.${value}`) })),
    trouble: [{ value: "failed", label: t("delivery.failedShort") }, { value: "uncertain", label: t("delivery.uncertainShort") }],
    assignee: people,
    follower: people,
    mentioned: people,
    team: (teams ?? []).map((team) => ({ value: team.id, label: team.name })),
    inbox: (inboxes ?? []).map((inbox) => ({ value: inbox.id, label: inbox.name })),
    channel: [...channels].map(([value, label]) => ({ value, label })),
  };
  const known = (name: string) => KNOWN.find((one) => one === name);
  const nameOf = (field: string): string => {
    const one = known(field);
    return one ? t(`views.field.${one}`) : field.replace(/^fields\./, "");
  };
  return { nameOf, valuesOf: (field: string): Choice[] | undefined => values[field] };
}
