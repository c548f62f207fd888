import { useQueryClient } from "@tanstack/react-query";
import { IconCircleCheck, IconClockPause, IconEdit, IconEye, IconEyeOff, IconFlag, IconHash, IconHistory, IconKeyboard, IconLanguage, IconLink, IconLogout, IconMoon, IconPlus, IconSearch, IconSettings, IconStar, IconSubtask, IconTag, IconUserPlus, IconUserCheck, IconCircleHalf2, IconUsersGroup } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { useInboxes, useMe, useSavedViews, useTeams } from "../api/queries";
import type { TicketRow } from "../api/types";
import { useMay } from "../app/useMay";
import { VIEWS, pathOf, type Scope } from "../app/scope";
import { signOutHere } from "../app/enter";
import { usePreference } from "../app/preferences";
import { useChangeMany } from "../inbox/useChangeMany";
import { sharedStatuses } from "../inbox/useTargets";
import { VIEW_ICONS } from "../inbox/rail/views";
import type { CommandId } from "../keys/commands";
import { boundCommands } from "../keys/keymap";
import { openKeySheet } from "../keys/sheet";
import { channelIcon } from "../parts/channels";
import { useCopyLink } from "../inbox/useCopyLink";
import { useStarters } from "../start/Start";
import { openChild, openStart } from "../start/store";
import { editView } from "../views/store";
import { recentTickets } from "./recent";
import type { Entry } from "./entry";

const GO_KEYS: Partial<Record<string, CommandId>> = { mine: "goMine", unassigned: "goUnassigned", waiting: "goWaiting", longest: "goLongest", open: "goOpen", solved: "goSolved" };

/** Every command that means something now. */
export function useRootEntries(targets: readonly TicketRow[], typed: string): () => Entry[] {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const cache = useQueryClient();
  const me = useMe().id;
  const { data: inboxes } = useInboxes();
  const starters = useStarters().length > 0;
  const teams = useTeams().data ?? [];
  const { data: saved } = useSavedViews();
  const [keymap] = usePreference("keymap");
  const may = useMay();
  const change = useChangeMany();
  const copyLink = useCopyLink(targets[0]?.id);
  const keysOf = (id: CommandId | undefined) => boundCommands(keymap).find((command) => command.id === id)?.keys;
  const go = (scope: Scope, ticket?: string) => () => void navigate(pathOf(scope, ticket));

  const onTargets = (): Entry[] => {
    const [first] = targets;
    if (!first) return [];
    const solvable = sharedStatuses(targets).includes("solved");
    const mine = targets.every((row) => row.assignee?.id === me);
    const one = { group: "ticket" } as const;
    const changes = (): Entry[] => [
      { ...one, id: "assign", label: t("palette.assign"), icon: IconUserPlus, keys: keysOf("assign"), into: "assign" },
      ...(mine ? [] : [{ ...one, id: "assignMe", label: t("keys.assignMe"), icon: IconUserCheck, keys: keysOf("assignMe"), run: () => change(targets, { assignee_id: me }) }]),
      ...(solvable ? [{ ...one, id: "solve", label: t("ticket.solve"), icon: IconCircleCheck, run: () => change(targets, { status: "solved" }) }] : []),
      { ...one, id: "status", label: t("palette.status"), icon: IconCircleHalf2, keys: keysOf("status"), into: "status" },
      { ...one, id: "priority", label: t("palette.priority"), icon: IconFlag, keys: keysOf("priority"), into: "priority" },
      { ...one, id: "tag", label: t("palette.tag"), icon: IconTag, keys: keysOf("tag"), into: "tag" },
      { ...one, id: "snooze", label: t("palette.snooze"), icon: IconClockPause, keys: keysOf("snooze"), into: "snooze" },
      ...(starters && targets.length === 1 ? [{ ...one, id: "child", label: t("links.child"), icon: IconSubtask, run: () => openChild(first) }] : []),
      ...(teams.length > 0 ? [{ ...one, id: "team", label: t("palette.team"), icon: IconUsersGroup, into: "team" as const }] : []),
    ];
    return [
      ...(may("change") ? changes() : []),
      { ...one, id: "follow", label: t("palette.follow"), icon: IconEye, run: () => change(targets, { follow: true }) },
      { ...one, id: "unfollow", label: t("palette.unfollow"), icon: IconEyeOff, onDemand: true, run: () => change(targets, { follow: false }) },
      ...(targets.length === 1 ? [{ ...one, id: "copyLink", label: t("keys.copyLink"), icon: IconLink, keys: keysOf("copyLink"), run: copyLink }] : []),
    ];
  };
  const places = (): Entry[] => [
    ...VIEWS.map((key): Entry => ({ id: `view-${key}`, group: "go", label: t("palette.go", { name: t(`view.${key}`) }), icon: VIEW_ICONS[key], keys: keysOf(GO_KEYS[key]), run: go({ kind: "view", key }) })),
    ...(saved ?? []).map((view): Entry => ({ id: `saved-${view.id}`, group: "go", label: t("palette.go", { name: view.name }), icon: IconStar, onDemand: true, run: go({ kind: "saved", key: view.id }) })),
    ...(inboxes ?? []).filter((inbox) => inbox.active).map((inbox): Entry => ({ id: `inbox-${inbox.id}`, group: "go", label: t("palette.go", { name: inbox.name }), icon: channelIcon(inbox.channel), words: inbox.address, onDemand: true, run: go({ kind: "inbox", key: inbox.id }) })),
  ];
  const recent = (): Entry[] => recentTickets(cache, targets[0]?.id).map((ticket) => ({ id: `recent-${ticket.id}`, group: "tickets", label: ticket.subject || t("ticket.noSubject"), hint: `#${ticket.number} · ${ticket.contact.name}`, words: `#${ticket.number} ${ticket.contact.name}`, icon: IconHistory, run: go({ kind: "view", key: "open" }, ticket.id) }));
  const app = (): Entry[] => [
    ...(starters ? [{ id: "compose", group: "app" as const, label: t("start.title"), icon: IconEdit, keys: keysOf("compose"), run: openStart }] : []),
    { id: "newView", group: "app", label: t("views.new"), icon: IconPlus, onDemand: true, run: () => editView({ kind: "new" }) },
    { id: "theme", group: "app", label: t("palette.theme"), icon: IconMoon, into: "theme" },
    { id: "language", group: "app", label: t("palette.language"), words: "language 语言", icon: IconLanguage, into: "language" },
    { id: "keys", group: "app", label: t("palette.keys"), icon: IconKeyboard, keys: keysOf("sheet"), run: openKeySheet },
    { id: "settings", group: "app", label: t("settings.title"), icon: IconSettings, run: () => void navigate("/settings/profile") },
    { id: "out", group: "app", label: t("session.out"), icon: IconLogout, onDemand: true, run: () => void signOutHere(cache) },
  ];
  const find = (): Entry[] => {
    const q = typed.trim();
    const number = /^#?(\d+)$/.exec(q)?.[1];
    const search = (words: string) => () => void navigate(pathOf({ kind: "search", key: "all", q: words }));
    return [
      ...(number ? [{ id: "jump", group: "find" as const, label: t("palette.jump", { number }), icon: IconHash, always: true, onDemand: true, run: search(`#${number}`) }] : []),
      { id: "search", group: "find", label: t("palette.search", { q }), icon: IconSearch, always: true, onDemand: true, run: search(q) },
    ];
  };
  return () => [...onTargets(), ...recent(), ...places(), ...app(), ...find()];
}
