import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import type { Ticket } from "../api/types";
import { useToast } from "../app/ToastProvider";
import { renewEvents } from "../realtime/renew";
import { putTicket } from "./putTicket";

interface Deed {
  work: () => Promise<Ticket>;
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
    onSuccess: (ticket, { said, undo }) => {
      show(ticket);
      if (!said) return;
      const back = undo ? () => mutation.mutate({ work: undo }) : undefined;
      toast({ tone: "ok", until: Date.now() + (undo ? UNDO_MS : TOAST_MS), text: () => said, ...(back ? { undo: back } : {}) });
    },
    onError: (error) => toast({ tone: "bad", until: Date.now() + TOAST_MS, text: () => t("ticket.notChanged", { why: error.message }) }),
  });
  return { run: (deed: Deed) => mutation.mutate(deed), busy: mutation.isPending };
}
