import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { deleteMessage, editMessage, reactTo } from "../../api/calls";
import type { Message } from "../../api/types";
import { useToast } from "../../app/ToastProvider";
import { addMessage } from "../../realtime/apply";
import type { ActKind } from "./offers";

const TOAST_MS = 8_000;

interface Wish {
  kind: ActKind;
  /** The new words, or the emoji; "" takes our reaction away. */
  value: string;
}

const CALLS: Record<ActKind, (id: string, key: string, value: string) => Promise<Message>> = {
  edit: editMessage,
  delete: (id, key) => deleteMessage(id, key),
  react: reactTo,
};

/** Changes a message at the customer's: asked once, its progress is shown in the thread. */
export function useActs(message: Message) {
  const cache = useQueryClient();
  const toast = useToast();
  const { t } = useTranslation();
  return useMutation({
    mutationFn: ({ kind, value }: Wish) => CALLS[kind](message.id, crypto.randomUUID(), value),
    onSuccess: (act: Message) => addMessage(cache, act),
    onError: (error: Error) => toast({ tone: "bad", until: Date.now() + TOAST_MS, text: () => t("ticket.notChanged", { why: error.message }) }),
  });
}
