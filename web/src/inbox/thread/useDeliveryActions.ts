import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { resolveSend, retrySend } from "../../api/calls";
import type { Message } from "../../api/types";
import { useToast } from "../../app/ToastProvider";
import { addMessage } from "../../realtime/apply";

const TOAST_MS = 6_000;

export function useDeliveryActions(message: Message) {
  const cache = useQueryClient();
  const toast = useToast();
  const { t } = useTranslation();
  const outcome = {
    onSuccess: (now: Message) => addMessage(cache, now),
    onError: (error: Error) => toast({ tone: "bad", until: Date.now() + TOAST_MS, text: () => t("ticket.notChanged", { why: error.message }) }),
  };
  const retry = useMutation({ mutationFn: () => retrySend(message.id), ...outcome });
  const resolve = useMutation({ mutationFn: (state: "sent" | "failed") => resolveSend(message.id, state), ...outcome });
  return { retry, resolve };
}
