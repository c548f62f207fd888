import { IconCheck, IconClockPause, IconMessage, IconSun, IconTag, IconUsersGroup } from "@tabler/icons-react";
import { useMantineColorScheme } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useAgents, useMe, useTeams } from "../api/queries";
import type { Priority, TicketRow } from "../api/types";
import { LANGUAGES, SCHEMES, useLooks, type Language } from "../app/looks";
import { useFormat } from "../i18n/format";
import { useInbox } from "../inbox/InboxContext";
import { useChangeMany } from "../inbox/useChangeMany";
import { sharedStatuses } from "../inbox/useTargets";
import { moments } from "../inbox/time/moments";
import { usePresenceOf } from "../presence/usePresence";
import type { Entry } from "./entry";
import type { Step } from "./store";

const PRIORITIES: readonly Priority[] = ["urgent", "high", "normal", "low"];

/** What a command asks for: one list of values for each step. */
export function useValueEntries(targets: readonly TicketRow[], typed: string): Record<Step, () => Entry[]> {
  const { t, i18n } = useTranslation();
  const me = useMe().id;
  const { data: agents } = useAgents();
  const { data: there } = usePresenceOf();
  const { data: teams } = useTeams();
  const format = useFormat();
  const { list } = useInbox();
  const change = useChangeMany();
  const { colorScheme } = useMantineColorScheme();
  const { chooseLanguage, chooseScheme } = useLooks();
  const value = (id: string, label: string, chosen: boolean, run: () => void, more: Partial<Entry> = {}): Entry => ({
    id, group: "values", label, run, ...(chosen ? { icon: IconCheck } : {}), ...more,
  });
  const all = (test: (row: TicketRow) => boolean) => targets.length > 0 && targets.every(test);

  return {
    assign: () => {
      const present = (agents ?? []).filter((agent) => agent.active);
      const ordered = [...present].sort((a, b) => Number(b.id === me) - Number(a.id === me));
      const nobody = value("nobody", t("ticket.nobody"), false, () => change(targets, { assignee_id: null }), { person: null });
      return [
        ...ordered.map((agent) =>
          value(agent.id, agent.name, false, () => change(targets, { assignee_id: agent.id }), {
            person: agent.name, group: "people", words: agent.email,
            ...(agent.id === me ? { hint: t("palette.you") } : all((row) => row.assignee?.id === agent.id) ? { hint: t("palette.now") } : there?.get(agent.id) ? { hint: t(`presence.${there.get(agent.id) ?? "offline"}`) } : {}),
          }),
        ),
        nobody,
      ];
    },
    status: () => sharedStatuses(targets).map((status) =>
      value(status, t(`status.${status}`), all((row) => row.status === status), () => change(targets, { status }))),
    priority: () => PRIORITIES.map((priority) =>
      value(priority, t(`priority.${priority}`), all((row) => row.priority === priority), () => change(targets, { priority }))),
    tag: () => {
      const known = [...new Set(list.rows.flatMap(({ row }) => row.tags))].sort();
      const wanted = typed.trim();
      const tags = known.map((tag) => value(tag, tag, false, () => change(targets, { add_tags: [tag] }), { icon: IconTag }));
      const fresh = value("fresh", t("palette.newTag", { tag: wanted }), false, () => change(targets, { add_tags: [wanted] }), { icon: IconTag, always: true, onDemand: true, group: "find" });
      return known.includes(wanted) ? tags : [...tags, fresh];
    },
    team: () => [
      ...(teams ?? []).map((team) =>
        value(team.id, team.name, all((row) => row.team_id === team.id), () => change(targets, { team_id: team.id }), { icon: IconUsersGroup })),
      value("none", t("palette.noTeam"), all((row) => row.team_id === ""), () => change(targets, { team_id: null })),
    ],
    snooze: () => [
      ...moments(new Date()).map(({ name, at }) =>
        value(name, t(`when.${name}`), false, () => change(targets, { snooze_until: at.toISOString() }), { icon: IconClockPause, hint: format.dateTime(at.toISOString()) })),
      value("written", t("snooze.theyWrite"), false, () => change(targets, { snooze_until: null }), { icon: IconMessage }),
      ...(targets.some((row) => row.snooze) ? [value("wake", t("palette.wake"), false, () => change(targets, { wake: true }), { icon: IconSun })] : []),
    ],
    language: () => (Object.entries(LANGUAGES) as [Language, string][]).map(([language, label]) =>
      value(language, label, i18n.language === language, () => chooseLanguage(language), { lang: language })),
    theme: () => SCHEMES.map((scheme) =>
      value(scheme, t(`theme.${scheme}`), colorScheme === scheme, () => chooseScheme(scheme))),
  };
}
