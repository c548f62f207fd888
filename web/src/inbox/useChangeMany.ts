import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { startBulk } from "../api/calls";
import { keys } from "../api/keys";
import { isProblem } from "../api/problem";
import { useMay, useMe } from "../api/queries";
import type { BulkSelection, Ticket, TicketRow } from "../api/types";
import type { Scope } from "../app/scope";
import { useToast } from "../app/ToastProvider";
import { followJob } from "../bulk/jobs";
import { renewEvents } from "../realtime/renew";
import { actOn, type Deed } from "./acts";
import { useInbox } from "./InboxContext";
import { NONE, selection } from "./list/selection";
import { putTicket } from "./putTicket";

const AT_ONCE = 4;
const TOAST_MS = 8_000;
/** More than these are a job of the server's, with progress; fewer are done sooner one by one. */
const FEW = 20;

const wholeOf = (scope: Scope): BulkSelection => {
  if (scope.kind === "search") return { q: scope.q, scope: scope.key };
  return scope.kind === "inbox" ? { view: "open", inbox_id: scope.key } : { view: scope.key };
};

/** Does something to one ticket, to those that are ticked, or to the whole list. */
export function useChangeMany(): (rows: readonly TicketRow[], deed: Deed) => void {
  const cache = useQueryClient();
  const toast = useToast();
  const { t } = useTranslation();
  const { scope } = useInbox();
  const me = useMe().id;
  const mayBulk = useMay("bulk");
  const say = (tone: "ok" | "bad", words: string) => toast({ tone, until: Date.now() + TOAST_MS, text: () => words });
  const refused = (error: unknown) => say("bad", t("ticket.notChanged", { why: String((error as Error).message) }));

  const shown = (ticket: Ticket) => {
    putTicket(cache, ticket);
    renewEvents(cache, ticket.id);
  };
  const changeOne = async (row: TicketRow, deed: Deed) => {
    try {
      const ticket = await actOn(row, deed, me);
      if (ticket) shown(ticket);
    } catch (error) {
      void cache.invalidateQueries({ queryKey: keys.ticket(row.id) });
      if (isProblem(error, 409)) say("bad", t("ticket.changedMeanwhile"));
      else refused(error);
    }
  };
  const changeAll = async (rows: readonly TicketRow[], deed: Deed) => {
    const waiting = [...rows];
    let failed = 0;
    const work = async () => {
      for (let row = waiting.shift(); row; row = waiting.shift())
        await actOn(row, deed, me)?.then(shown, () => (failed += 1));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    const done = t("bulk.changed", { count: rows.length - failed });
    say(failed > 0 ? "bad" : "ok", failed > 0 ? `${done} ${t("bulk.refused", { count: failed })}` : done);
  };

  return (rows, deed) => {
    const { whole } = selection.get();
    selection.set(NONE);
    const [first] = rows;
    if (mayBulk && (whole || rows.length > FEW)) {
      const chosen = whole ? wholeOf(scope) : { ids: rows.map((row) => row.id) };
      void startBulk(chosen, deed).then(followJob, refused);
    } else if (rows.length > 1) void changeAll(rows, deed);
    else if (first) void changeOne(first, deed);
  };
}
