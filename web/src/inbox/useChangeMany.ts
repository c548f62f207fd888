import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { changeTicket } from "../api/calls";
import type { Status, TicketPatch, TicketRow } from "../api/types";
import { useToast } from "../app/ToastProvider";
import { selection, NONE } from "./list/selection";
import { putTicket } from "./putTicket";
import { useChangeTicket } from "./useChangeTicket";

export interface ManyChange {
  assignee_id?: string | null;
  status?: Status;
  priority?: TicketRow["priority"];
  add_tag?: string;
}

const AT_ONCE = 4;
const TOAST_MS = 8_000;

/** The change as this ticket's own; null where it is so already. */
export function patchFor(row: TicketRow, { add_tag: tag, ...fields }: ManyChange): TicketPatch | null {
  const patch: TicketPatch = { ...fields };
  if (tag !== undefined && !row.tags.includes(tag)) patch.tags = [...row.tags, tag];
  const same =
    (patch.assignee_id === undefined || patch.assignee_id === (row.assignee?.id ?? null)) &&
    (patch.status === undefined || patch.status === row.status) &&
    (patch.priority === undefined || patch.priority === row.priority) &&
    patch.tags === undefined;
  return same ? null : patch;
}

/** Changes one ticket or many; of many it tells how many took it. */
export function useChangeMany() {
  const cache = useQueryClient();
  const toast = useToast();
  const { t } = useTranslation();
  const single = useChangeTicket();

  const changeAll = async (rows: readonly TicketRow[], change: ManyChange) => {
    const waiting = [...rows];
    let failed = 0;
    const work = async () => {
      for (let row = waiting.shift(); row; row = waiting.shift()) {
        const patch = patchFor(row, change);
        if (!patch) continue;
        await changeTicket(row.id, patch).then((ticket) => putTicket(cache, ticket), () => (failed += 1));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    selection.set(NONE);
    const done = t("bulk.changed", { count: rows.length - failed });
    const text = failed > 0 ? `${done} ${t("bulk.refused", { count: failed })}` : done;
    toast({ tone: failed > 0 ? "bad" : "ok", until: Date.now() + TOAST_MS, text: () => text });
  };

  return (rows: readonly TicketRow[], change: ManyChange): void => {
    const [only] = rows;
    if (rows.length > 1) return void changeAll(rows, change);
    const patch = only && patchFor(only, change);
    if (only && patch) single.mutate({ id: only.id, patch });
    selection.set(NONE);
  };
}
