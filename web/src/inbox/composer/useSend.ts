import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { addNote, sendReply, undoSend } from "../../api/calls";
import { keys } from "../../api/keys";
import { isProblem, Problem } from "../../api/problem";
import type { Message, ReplyBody, Ticket } from "../../api/types";
import { useToast } from "../../app/ToastProvider";
import { addMessage } from "../../realtime/apply";
import { draftOf } from "./LiveDraft";
import { OnceKeys } from "./onceKeys";

export type Then = ReplyBody["then"];

const TOAST_MS = 6_000;

export const isNewMessage = (error: unknown): boolean =>
  isProblem(error, 409) && error.type.endsWith("new-message");

/** Sending a reply or adding a note, with what follows: the thread, the draft, the way back. */
export function useSend(ticket: Ticket, onNewMessage: () => void) {
  const cache = useQueryClient();
  const toast = useToast();
  const { t } = useTranslation();
  const [once] = useState(() => new OnceKeys(() => crypto.randomUUID()));

  const fail = (error: Error) => {
    const silent = error instanceof Problem && error.silent;
    const text = silent ? t("composer.notSentOffline") : t("composer.notSent", { why: error.message });
    toast({ tone: "bad", until: Date.now() + TOAST_MS, text: () => text });
  };

  const takeBack = async (message: Message) => {
    try {
      addMessage(cache, await undoSend(message.id));
      draftOf(ticket.id, "reply").restore(message.reply_text, message.conversation_id);
    } catch (error) {
      const text = isProblem(error, 409) ? t("composer.tooLate") : t("composer.notUndone");
      toast({ tone: "bad", until: Date.now() + TOAST_MS, text: () => text });
    }
  };

  const reply = useMutation({
    mutationFn: (body: ReplyBody) => sendReply(ticket.id, once.keyFor(JSON.stringify(body)), body),
    onSuccess: (message) => {
      once.answered();
      addMessage(cache, message);
      void draftOf(ticket.id, "reply").sent();
      const until = message.delivery?.undo_until;
      const name = ticket.contact.name;
      if (until) {
        toast({ tone: "ok", until: Date.parse(until), text: (count) => t("composer.sendsIn", { name, count }), undo: () => void takeBack(message) });
      }
    },
    onError: (error) => {
      if (!isNewMessage(error)) return fail(error);
      void cache.invalidateQueries({ queryKey: keys.messages(ticket.id) });
      onNewMessage();
    },
  });

  const note = useMutation({
    mutationFn: (text: string) => addNote(ticket.id, once.keyFor(`note ${text}`), text),
    onSuccess: (message) => {
      once.answered();
      addMessage(cache, message);
      void draftOf(ticket.id, "note").sent();
    },
    onError: fail,
  });

  return { reply, note };
}
