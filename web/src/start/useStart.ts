import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";

import { startConversation } from "../api/calls";
import { keys } from "../api/keys";
import { Problem } from "../api/problem";
import type { Inbox } from "../api/types";
import { pathOf } from "../app/scope";
import { useCatalogue } from "../api/workQueries";
import { asSent, isFilled, type Filled } from "../inbox/composer/approved";
import type { Parent } from "./store";
import { filledBy, type TicketTemplate } from "./template";

export interface Wish {
  inbox_id: string;
  recipient: string;
  name: string;
  subject: string;
  text: string;
  template_id: string;
  /** What is said where the channel opens with its provider's templates only. */
  filled: Filled | null;
}

/** The field that the server found wrong, where it names one. */
export function faultField(error: Error | null): keyof Wish | null {
  const field = error instanceof Problem ? error.extra.field : undefined;
  const named: readonly (keyof Wish)[] = ["inbox_id", "recipient", "name", "subject", "text", "template_id"];
  return named.find((one) => one === field) ?? null;
}

/** What is written, and the sending of it: once, however often Send is pressed. */
export function useStart(inboxes: readonly Inbox[], parent: Parent | null, done: () => void) {
  const cache = useQueryClient();
  const navigate = useNavigate();
  const [wish, setWish] = useState<Wish>(() => {
    const from = inboxes.find((one) => one.id === parent?.inbox_id) ?? inboxes[0];
    return { inbox_id: from?.id ?? "", recipient: "", name: "", subject: parent?.subject ?? "", text: "", template_id: "", filled: null };
  });
  const { data: catalogue } = useCatalogue();
  const ticketTemplates = catalogue?.templates ?? [];
  const template = ticketTemplates.find((one) => one.id === wish.template_id);
  const [key, setKey] = useState(() => crypto.randomUUID());
  const inbox = inboxes.find((one) => one.id === wish.inbox_id) ?? inboxes[0];
  const templates = inbox?.capabilities.templates ?? false;
  const send = useMutation({
    mutationFn: () => {
      const { filled, template_id, ...plain } = wish;
      const said = templates && filled ? asSent(filled) : { text: wish.text, template: null };
      const begun = { parent_id: parent?.id ?? null, ...(template_id ? { template_id } : {}) };
      return startConversation(key, { ...plain, ...said, ...begun, name: wish.name || null, subject: inbox?.capabilities.subject ? wish.subject : "" });
    },
    onSuccess: (ticket) => {
      cache.setQueryData(keys.ticket(ticket.id), ticket);
      void cache.invalidateQueries({ queryKey: keys.lists });
      if (parent) void cache.invalidateQueries({ queryKey: keys.ticket(parent.id) });
      done();
      void navigate(pathOf({ kind: "view", key: "open" }, ticket.id));
    },
  });
  const change = (more: Partial<Wish>) => {
    setWish((now) => ({ ...now, ...more }));
    // Other words are another message.
    setKey(crypto.randomUUID());
    if (send.isError) send.reset();
  };
  const begin = (next: TicketTemplate | undefined) => change({ ...filledBy(wish, template, next), template_id: next?.id ?? "" });
  const ready = wish.recipient.trim() !== "" && (templates ? isFilled(wish.filled) : wish.text.trim() !== "") && !send.isPending;
  return { wish, change, begin, inbox, templates, ticketTemplates, template, ready, send, fault: faultField(send.error) };
}
