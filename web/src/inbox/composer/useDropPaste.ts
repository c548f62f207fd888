import { useState, type ClipboardEvent, type DragEvent } from "react";

import { useAddFiles } from "./useAddFiles";
import { useInlinePictures } from "./useInlinePictures";
import type { ComposerState } from "./useComposer";

/** Files by drop or paste: a picture pasted into a mail is shown in its text, everything else is attached. */
export function useDropPaste(composer: ComposerState) {
  const { addAll, reason } = useAddFiles(composer);
  const showPictures = useInlinePictures(composer);
  const [over, setOver] = useState(false);
  const handlers = {
    onDragOver: (event: DragEvent) => {
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: () => setOver(false),
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      addAll(event.dataTransfer.files);
    },
    onPaste: (event: ClipboardEvent) => {
      const files = [...event.clipboardData.files];
      if (files.length === 0) return;
      event.preventDefault();
      addAll(showPictures(files));
    },
  };
  return { addAll, reason, over, handlers };
}
