import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { changeTicket, readTicket } from "../api/calls";
import { keys } from "../api/keys";
import { isProblem } from "../api/problem";
import type { TicketPatch } from "../api/types";
import { useToast } from "../app/ToastProvider";
import { useFormat } from "../i18n/format";
import { renewEvents } from "../realtime/renew";
import { putTicket } from "./putTicket";
import { mayEnd, waitsFor } from "./waiting";

interface Change {
  id: string;
  patch: TicketPatch;
}

const TOAST_MS = 6_000;
/** So long one may decide. */
const CHOICE_MS = 30_000;

/** Changes a ticket; a change that lost a race shows what the ticket is now and says so. */
export function useChangeTicket() {
  const cache = useQueryClient();
  const toast = useToast();
  const { t } = useTranslation();
  const format = useFormat();
  /** A parent that waits for its children: offered once more, by force. */
  const offerForce = async (error: Error, { id, patch }: Change): Promise<boolean> => {
    if (!isProblem(error, 409) || error.type.endsWith("stale") || !mayEnd(patch)) return false;
    const ticket = await readTicket(id).catch(() => null);
    const children = ticket ? waitsFor(ticket) : [];
    if (!ticket || children.length === 0) return false;
    const text = t("ticket.waitsFor", { count: children.length, names: format.list(children.map((number) => `#${number}`)) });
    const run = () => mutation.mutate({ id, patch: { ...patch, version: ticket.version, force: true } });
    toast({ tone: "bad", until: Date.now() + CHOICE_MS, text: () => text, act: { label: t("ticket.solveAnyway"), run } });
    return true;
  };
  const mutation = useMutation({
    mutationFn: ({ id, patch }: Change) => changeTicket(id, patch),
    onSuccess: (ticket) => {
      putTicket(cache, ticket);
      renewEvents(cache, ticket.id);
    },
    onError: async (error, change) => {
      const { id } = change;
      if (await offerForce(error, change)) return;
      void cache.invalidateQueries({ queryKey: keys.ticket(id) });
      const text = isProblem(error, 409) ? t("ticket.changedMeanwhile") : t("ticket.notChanged", { why: error.message });
      toast({ tone: "bad", until: Date.now() + TOAST_MS, text: () => text });
    },
  });
  return mutation;
}
