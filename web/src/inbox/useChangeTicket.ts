import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { changeTicket } from "../api/calls";
import { keys } from "../api/keys";
import { isProblem } from "../api/problem";
import type { TicketPatch } from "../api/types";
import { useToast } from "../app/ToastProvider";
import { renewEvents } from "../realtime/renew";
import { putTicket } from "./putTicket";

interface Change {
  id: string;
  patch: TicketPatch;
}

const TOAST_MS = 6_000;

/** Changes a ticket; a change that lost a race shows what the ticket is now and says so. */
export function useChangeTicket() {
  const cache = useQueryClient();
  const toast = useToast();
  const { t } = useTranslation();
  return useMutation({
    mutationFn: ({ id, patch }: Change) => changeTicket(id, patch),
    onSuccess: (ticket) => {
      putTicket(cache, ticket);
      renewEvents(cache, ticket.id);
    },
    onError: (error, { id }) => {
      void cache.invalidateQueries({ queryKey: keys.ticket(id) });
      const text = isProblem(error, 409) ? t("ticket.changedMeanwhile") : t("ticket.notChanged", { why: error.message });
      toast({ tone: "bad", until: Date.now() + TOAST_MS, text: () => text });
    },
  });
}
