import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { isProblem } from "../../api/problem";
import type { Ticket, TicketRef } from "../../api/types";
import { mergeTickets, previewMerge, undoMerge } from "../../api/work";
import { useToast } from "../../app/ToastProvider";
import { refetchAll } from "../../realtime/apply";
import { useFieldWords } from "../useFieldWords";
import { useNeighbours } from "../useNeighbours";

const TOAST_MS = 6_000;
const UNDO_MS = 20_000;

export type Side = "source" | "target";

/** Undoing a merge or a split, from wherever it is offered. */
export function useUndoMerge() {
  const cache = useQueryClient();
  const toast = useToast();
  const { t } = useTranslation();
  const words = useFieldWords();
  return useMutation({
    mutationFn: undoMerge,
    onSuccess: ({ kept }) => {
      refetchAll(cache, true);
      const text = kept.length > 0 ? t("merge.undoneKept", { fields: kept.map(words.name).join(", ") }) : t("merge.undone");
      toast({ tone: "ok", until: Date.now() + TOAST_MS, text: () => text });
    },
    onError: (error) => toast({ tone: "bad", until: Date.now() + TOAST_MS, text: () => t("ticket.notChanged", { why: error.message }) }),
  });
}

/** Two tickets on their way to be one: which stays, what of each, and what the server says will come of it. */
export function useMerge(ticket: Ticket, other: TicketRef | null, done: () => void) {
  const cache = useQueryClient();
  const toast = useToast();
  const { t } = useTranslation();
  const { goTo } = useNeighbours();
  const undo = useUndoMerge();
  const [keepOther, setKeepOther] = useState(true);
  const [choices, setChoices] = useState<Record<string, Side>>({});
  const source = keepOther ? ticket.id : (other?.id ?? "");
  const target = keepOther ? (other?.id ?? "") : ticket.id;

  const preview = useQuery({
    queryKey: ["merge-preview", source, target, choices],
    queryFn: ({ signal }) => previewMerge(source, { target_id: target, also: [], choices, versions: {} }, signal),
    enabled: other !== null,
    staleTime: 0,
    placeholderData: keepPreviousData,
    retry: false,
  });
  const plan = preview.data?.items[0];

  const merge = useMutation({
    mutationFn: () => mergeTickets(source, { target_id: target, also: [], choices, versions: plan?.versions ?? {} }),
    onSuccess: ({ ticket: whole, merges }) => {
      refetchAll(cache, true);
      done();
      goTo(whole.id);
      const made = merges[0];
      toast({ tone: "ok", until: Date.now() + UNDO_MS, text: () => t("merge.done", { number: whole.number }), ...(made ? { undo: () => undo.mutate(made.id) } : {}) });
    },
    onError: (error) => {
      // Somebody changed one of them: the preview is made anew and looked at again.
      if (isProblem(error, 409)) void preview.refetch();
      toast({ tone: "bad", until: Date.now() + TOAST_MS, text: () => t("ticket.notChanged", { why: error.message }) });
    },
  });
  return { keepOther, setKeepOther, choices, choose: (field: string, side: Side) => setChoices({ ...choices, [field]: side }), preview, plan, merge };
}
