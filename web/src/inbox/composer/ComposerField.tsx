import { useLayoutEffect, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

import type { ComposerState } from "./useComposer";

/** Grows with its words; Enter is a new line, with Ctrl or ⌘ it sends. */
export function ComposerField({ composer }: { composer: ComposerState }) {
  const { t } = useTranslation();
  const { field, text, mode, edit, send } = composer;

  useLayoutEffect(() => {
    const box = field.current;
    if (!box) return;
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight}px`;
  }, [field, text, mode]);

  const press = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape") return event.currentTarget.blur();
    if (event.key !== "Enter") return;
    const chord = event.ctrlKey || event.metaKey;
    if (!chord && !event.altKey) return;
    event.preventDefault();
    send(event.altKey ? "waiting" : event.shiftKey ? "solved" : null);
  };
  return (
    <textarea
      ref={field}
      className="box"
      rows={2}
      value={text}
      dir="auto"
      aria-label={t(mode === "note" ? "composer.noteField" : "composer.replyField")}
      placeholder={t(mode === "note" ? "composer.notePlaceholder" : "composer.replyPlaceholder")}
      onChange={(event) => edit(event.target.value)}
      onKeyDown={press}
    />
  );
}
