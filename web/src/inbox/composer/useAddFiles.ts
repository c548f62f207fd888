import { useTranslation } from "react-i18next";

import { useToast } from "../../app/ToastProvider";
import { useFormat } from "../../i18n/format";
import type { ComposerState } from "./useComposer";

const TOAST_MS = 6_000;

/** Takes files if this channel carries them, and says why where it does not. */
export function useAddFiles({ mode, capabilities, uploads }: ComposerState) {
  const { t } = useTranslation();
  const toast = useToast();
  const format = useFormat();
  const reason =
    mode === "note" ? t("composer.noteNoFiles") : capabilities?.attachments === false ? t("composer.noFiles") : undefined;

  const addAll = (files: Iterable<File>) => {
    if (reason) return toast({ tone: "bad", until: Date.now() + TOAST_MS, text: () => reason });
    const most = capabilities?.attachment_max_bytes ?? Infinity;
    for (const file of files) {
      uploads.add(file, file.size > most ? t("composer.tooBig", { size: format.bytes(most) }) : null);
    }
  };
  return { addAll, reason };
}
