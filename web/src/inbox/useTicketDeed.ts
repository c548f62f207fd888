import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { keys } from "../api/keys";
import type { Ticket } from "../api/types";
import { useToast } from "../app/ToastProvider";
import { renewEvents } from "../realtime/renew";
import { putTicket } from "./putTicket";

interface Deed {
  work: () => Promise<Ticket>;
  /** Shown until the answer is there, and taken back where it is a refusal. */
  meanwhile?: Ticket;
  /** Told when it is done. */
  said?: string;
  undo?: () => Promise<Ticket>;
}

const TOAST_MS = 6_000;
const UNDO_MS = 10_000;

/** Anything that answers with the ticket as it is after: shown everywhere, told, taken back. */
export function useTicketDeed() {
  const cache = useQueryClient();
  const toast = useToast();
  const { t } = useTranslation();
  const show = (ticket: Ticket) => {
    putTicket(cache, ticket);
    renewEvents(cache, ticket.id);
  };
  const mutation = useMutation({
    mutationFn: ({ work }: Deed) => work(),
    onMutate: ({ meanwhile }) => {
      if (meanwhile) cache.setQueryData(keys.ticket(meanwhile.id), meanwhile);
    },
    onSuccess: (ticket, { said, undo }) => {
      show(ticket);
      if (!said) return;
      const back = undo ? () => mutation.mutate({ work: undo }) : undefined;
      toast({ tone: "ok", until: Date.now() + (undo ? UNDO_MS : TOAST_MS), text: () => said, ...(back ? { undo: back } : {}) });
    },
    onError: (error, { meanwhile }) => {
      if (meanwhile) void cache.invalidateQueries({ queryKey: keys.ticket(meanwhile.id) });
      toast({ tone: "bad", until: Date.now() + TOAST_MS, text: () => t("ticket.notChanged", { why: error.message }) });
    },
  });
  return { run: (deed: Deed) => mutation.mutate(deed), busy: mutation.isPending };
}
