import { useTranslation } from "react-i18next";

import { upload } from "../../api/calls";
import { useToast } from "../../app/ToastProvider";
import type { ComposerState } from "./useComposer";

const SHOWN = /^image\/(png|jpeg|gif|webp)$/;
const TOAST_MS = 6_000;

/** Puts pictures up and into the text where the pen can show them; gives back the files it did not take. */
export function useInlinePictures({ pen }: ComposerState): (files: readonly File[]) => File[] {
  const { t } = useTranslation();
  const toast = useToast();
  return (files) => {
    const picture = pen.current?.picture;
    const taken = picture ? files.filter((file) => SHOWN.test(file.type)) : [];
    for (const file of taken) {
      upload(file, () => undefined, new AbortController().signal).then(
        (done) => pen.current?.picture?.(done.id, file.name || t("composer.picture")),
        (error: Error) => toast({ tone: "bad", until: Date.now() + TOAST_MS, text: () => t("composer.notSent", { why: error.message }) }),
      );
    }
    return files.filter((file) => !taken.includes(file));
  };
}
