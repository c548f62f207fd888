import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";

import { useAgents } from "../api/queries";
import { useCatalogue, useTeams } from "../api/workQueries";
import { useFormat } from "../i18n/format";
import { nameIn } from "./names";

const STATUSES = ["new", "open", "waiting", "held", "solved", "closed"] as const;
const PRIORITIES = ["low", "normal", "high", "urgent"] as const;
const RATINGS = ["low", "medium", "high"] as const;
const NAMED = ["status", "state", "priority", "assignee_id", "team_id", "type_id", "category_id", "impact", "urgency", "tags", "subject", "private", "snoozed_until", "contact_id", "organisation_id", "followers", "mentioned", "checklist", "asset_ids"] as const;

export interface FieldWords {
  /** What a field is called. */
  name: (field: string) => string;
  /** A stored value as people read it; ids of what is gone stay ids. */
  value: (field: string, value: string) => string;
}

/** Fields and their values in words, wherever a change or a difference is told. */
export function useFieldWords(): FieldWords {
  const { t, i18n } = useTranslation();
  const { data: agents } = useAgents();
  const { data: teams } = useTeams();
  const { data: catalogue } = useCatalogue();
  const format = useFormat();
  const language = i18n.language;

  const name = useCallback((field: string): string => {
    const known = NAMED.find((one) => one === field);
    if (known) return t(`field.name.${known}`);
    const custom = catalogue?.fields.find((one) => `fields.${one.id}` === field);
    return custom ? nameIn(custom.names, language) : field;
  }, [t, catalogue, language]);

  const value = useCallback((field: string, raw: string): string => {
    const readers: Record<string, () => string | undefined> = {
      status: () => STATUSES.filter((one) => one === raw).map((one) => t(`status.${one}`))[0],
      priority: () => PRIORITIES.filter((one) => one === raw).map((one) => t(`priority.${one}`))[0],
      impact: () => RATINGS.filter((one) => one === raw).map((one) => t(`rating.${one}`))[0],
      urgency: () => RATINGS.filter((one) => one === raw).map((one) => t(`rating.${one}`))[0],
      assignee_id: () => agents?.find((one) => one.id === raw)?.name,
      followers: () => agents?.find((one) => one.id === raw)?.name,
      mentioned: () => agents?.find((one) => one.id === raw)?.name,
      team_id: () => teams?.find((one) => one.id === raw)?.name,
      type_id: () => nameIn(catalogue?.types.find((one) => one.id === raw)?.names, language) || undefined,
      category_id: () => nameIn(catalogue?.categories.find((one) => one.id === raw)?.names, language) || undefined,
      state: () => nameIn(catalogue?.types.flatMap((one) => one.states).find((one) => one.id === raw)?.names, language) || undefined,
      snoozed_until: () => (raw.startsWith("9999") ? t("snooze.theyWrite") : format.dateTime(raw)),
    };
    const custom = catalogue?.fields.find((one) => `fields.${one.id}` === field);
    if (custom?.kind === "boolean" && (raw === "true" || raw === "false")) return t(raw === "true" ? "views.yes" : "views.no");
    if (custom && custom.options.length > 0) {
      return format.list(raw.split(", ").map((id) => nameIn(custom.options.find((one) => one.id === id)?.names, language) || id));
    }
    return readers[field]?.() ?? raw;
  }, [t, agents, teams, catalogue, language, format]);
  return useMemo(() => ({ name, value }), [name, value]);
}
