import { useTranslation } from "react-i18next";

import { useToast } from "../app/ToastProvider";

const TOAST_MS = 3_000;

/** The address of a ticket for others: whatever list they have, the ticket opens beside it. */
const linkOf = (id: string): string => `${location.origin}/app/view/open/${encodeURIComponent(id)}`;

/** Puts the ticket's address on the clipboard and says so. */
export function useCopyLink(id: string | undefined): () => void {
  const { t } = useTranslation();
  const toast = useToast();
  const say = (tone: "ok" | "bad", words: string) => toast({ tone, until: Date.now() + TOAST_MS, text: () => words });
  return () => {
    if (!id) return;
    const link = linkOf(id);
    navigator.clipboard.writeText(link).then(() => say("ok", t("ticket.copied")), () => say("bad", t("ticket.notCopied", { link })));
  };
}
