import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { keys } from "../api/keys";
import { isProblem } from "../api/problem";
import type { Ticket, TicketRow } from "../api/types";
import { useToast } from "../app/ToastProvider";
import type { Act } from "./acts";
import { NONE, selection } from "./list/selection";
import { putTicket } from "./putTicket";

const AT_ONCE = 4;
const TOAST_MS = 8_000;

/** Does something to one ticket or to many; of many it tells how many took it. */
export function useChangeMany(): (rows: readonly TicketRow[], act: Act) => void {
  const cache = useQueryClient();
  const toast = useToast();
  const { t } = useTranslation();
  const say = (tone: "ok" | "bad", words: string) => toast({ tone, until: Date.now() + TOAST_MS, text: () => words });

  const shown = (ticket: Ticket) => {
    putTicket(cache, ticket);
    void cache.invalidateQueries({ queryKey: keys.events(ticket.id) });
  };
  const changeOne = async (row: TicketRow, act: Act) => {
    try {
      const ticket = await act(row);
      if (ticket) shown(ticket);
    } catch (error) {
      void cache.invalidateQueries({ queryKey: keys.ticket(row.id) });
      say("bad", isProblem(error, 409) ? t("ticket.changedMeanwhile") : t("ticket.notChanged", { why: String((error as Error).message) }));
    }
  };
  const changeAll = async (rows: readonly TicketRow[], act: Act) => {
    const waiting = [...rows];
    let failed = 0;
    const work = async () => {
      for (let row = waiting.shift(); row; row = waiting.shift())
        await act(row)?.then(shown, () => (failed += 1));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    const done = t("bulk.changed", { count: rows.length - failed });
    say(failed > 0 ? "bad" : "ok", failed > 0 ? `${done} ${t("bulk.refused", { count: failed })}` : done);
  };

  return (rows, act) => {
    const [first] = rows;
    if (rows.length > 1) void changeAll(rows, act);
    else if (first) void changeOne(first, act);
    selection.set(NONE);
  };
}
