import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Message } from "../../api/types";
import { reschedule, unschedule } from "../../api/work";
import { useToast } from "../../app/ToastProvider";
import { addMessage } from "../../realtime/apply";
import { draftOf } from "../composer/LiveDraft";
import { WhenDialog } from "../time/WhenDialog";

const TOAST_MS = 6_000;

/** A reply that waits for its time: send it now, at another time, or take its words back. */
export function ScheduledActions({ message }: { message: Message }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const toast = useToast();
  const [open, setOpen] = useState(false);
  const outcome = {
    onSuccess: (now: Message) => addMessage(cache, now),
    onError: (error: Error) => toast({ tone: "bad", until: Date.now() + TOAST_MS, text: () => t("ticket.notChanged", { why: error.message }) }),
  };
  const move = useMutation({ mutationFn: (at: Date | null) => reschedule(message.id, { send_at: at?.toISOString() ?? null }), ...outcome });
  const cancel = useMutation({
    mutationFn: () => unschedule(message.id),
    ...outcome,
    onSuccess: (now) => {
      addMessage(cache, now);
      draftOf(message.ticket_id, "reply").restore({ text: message.reply_text, conversation_id: message.conversation_id });
    },
  });
  return (
    <div className="remedy">
      <button type="button" className="btn sm" disabled={move.isPending} onClick={() => move.mutate(null)}>{t("later.now")}</button>
      <button type="button" className="btn sm" onClick={() => setOpen(true)}>{t("later.move")}</button>
      <button type="button" className="btn sm" disabled={cancel.isPending} onClick={() => cancel.mutate()}>{t("later.cancel")}</button>
      <WhenDialog
        open={open}
        onClose={() => setOpen(false)}
        title={t("later.title")}
        verb={t("later.verb")}
        onChoose={(at) => {
          setOpen(false);
          move.mutate(at);
        }}
      />
    </div>
  );
}
