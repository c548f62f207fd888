import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { addNote, sendReply, undoSend } from "../../api/calls";
import { isProblem, Problem } from "../../api/problem";
import { useAgents, useMe } from "../../api/queries";
import type { Message, ReplyBody, Ticket } from "../../api/types";
import { useToast } from "../../app/ToastProvider";
import { useFormat } from "../../i18n/format";
import { addMessage } from "../../realtime/apply";
import { renewMessages } from "../../realtime/renew";
import { connection } from "../../realtime/stores";
import type { Waiting } from "../outbox/box";
import { outbox } from "../outbox/pageOutbox";
import { draftOf } from "./LiveDraft";
import { marked } from "./mentions";
import { OnceKeys } from "./onceKeys";

export type Then = ReplyBody["then"];

const TOAST_MS = 6_000;

export const isNewMessage = (error: unknown): boolean =>
  isProblem(error, 409) && error.type.endsWith("new-message");

/** Sends, or keeps for later what met silence or has to wait for others before it; null where it waits. */
async function sendOrKeep(one: Waiting, send: () => Promise<Message>): Promise<Message | null> {
  if (outbox.holds(one.ticket) || connection.get().phase === "offline") {
    const kept = await outbox.add(one).then(() => true, () => false);
    if (kept) return null;
  }
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof Problem) || !error.silent) throw error;
    // It may have arrived: the same key asks again, so that it arrives once.
    await outbox.add({ ...one, tried: true }).catch(() => Promise.reject(error));
    return null;
  }
}

/** Sending a reply or adding a note, with what follows: the thread, the draft, the way back. */
export function useSend(ticket: Ticket, onNewMessage: () => void) {
  const cache = useQueryClient();
  const toast = useToast();
  const { t } = useTranslation();
  const agent = useMe().id;
  const { data: agents } = useAgents();
  const [once] = useState(() => new OnceKeys(() => crypto.randomUUID()));
  const name = ticket.contact.name;
  const format = useFormat();
  const tell = (tone: "ok" | "bad", text: string) => toast({ tone, until: Date.now() + TOAST_MS, text: () => text });
  const waiting = (key: string, text: string, reply: ReplyBody | null): Waiting => ({ key, agent, ticket: ticket.id, name, at: Date.now(), reply, text, mentions: [], tried: false, refused: "" });

  const fail = (error: Error) => {
    const silent = error instanceof Problem && error.silent;
    tell("bad", silent ? t("composer.notSentOffline") : t("composer.notSent", { why: error.message }));
  };

  const takeBack = async (message: Message, { text, html, cc, bcc }: ReplyBody) => {
    try {
      addMessage(cache, await undoSend(message.id));
      draftOf(ticket.id, "reply").restore({ text, html: html ?? null, cc: cc ?? null, bcc: bcc ?? null, conversation_id: message.conversation_id });
    } catch (error) {
      tell("bad", isProblem(error, 409) ? t("composer.tooLate") : t("composer.notUndone"));
    }
  };

  const reply = useMutation({
    mutationFn: (body: ReplyBody) => {
      const key = once.keyFor(JSON.stringify(body));
      return sendOrKeep(waiting(key, body.text, body), () => sendReply(ticket.id, key, body));
    },
    onSuccess: (message, body) => {
      once.answered();
      void draftOf(ticket.id, "reply").sent();
      if (!message) return tell("ok", t("outbox.kept"));
      addMessage(cache, message);
      const { undo_until: until = null, send_at: later = null } = message.delivery ?? {};
      if (later) return tell("ok", t("later.said", { name, time: format.dateTime(later) }));
      if (until) {
        toast({ tone: "ok", until: Date.parse(until), text: (count) => t("composer.sendsIn", { name, count }), undo: () => void takeBack(message, body) });
      }
    },
    onError: (error) => {
      if (!isNewMessage(error)) return fail(error);
      renewMessages(cache, ticket.id);
      onNewMessage();
    },
  });

  const note = useMutation({
    mutationFn: (typed: string) => {
      const key = once.keyFor(`note ${typed}`);
      const { text, mentions } = marked(typed, agents ?? []);
      return sendOrKeep({ ...waiting(key, text, null), mentions }, () => addNote(ticket.id, key, text, mentions));
    },
    onSuccess: (message) => {
      once.answered();
      if (message) addMessage(cache, message);
      else tell("ok", t("outbox.kept"));
      void draftOf(ticket.id, "note").sent();
    },
    onError: fail,
  });

  return { reply, note };
}
