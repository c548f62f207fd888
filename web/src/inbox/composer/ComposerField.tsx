import { useEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { useTranslation } from "react-i18next";

import { PlainPen } from "./PlainPen";
import type { ComposerState } from "./useComposer";

const loadRich = () => import("./RichPen");
type RichPen = Awaited<ReturnType<typeof loadRich>>["RichPen"];
const READING_MS = 800;

/** Plain everywhere; a mail gets the editor when somebody begins to write. */
export function ComposerField({ composer, bar }: { composer: ComposerState; bar: HTMLElement | null }) {
  const { t } = useTranslation();
  // Not React.lazy: while it waits it would take the field away, and the caret with it.
  const [Rich, setRich] = useState<RichPen | null>(null);
  const beyond = useRef(0);
  const { mode, pen, rich } = composer;
  const label = t(mode === "note" ? "composer.noteField" : "composer.replyField");
  const placeholder = t(mode === "note" ? "composer.notePlaceholder" : "composer.replyPlaceholder");
  const words = { ref: pen, composer, label, placeholder };

  useEffect(() => {
    if (!rich) return;
    // Fetched while the agent reads, so that it is there when they begin.
    const idle = setTimeout(() => void loadRich().catch(() => undefined), READING_MS);
    return () => clearTimeout(idle);
  }, [rich]);

  const begin = () => {
    const field = pen.current?.element();
    if (!(field instanceof HTMLTextAreaElement)) return;
    let loaded: RichPen | null = null;
    let composing = false;
    const change = () => {
      // Only for who is still here, for the editor takes the caret; and never amid an input method's signs.
      if (loaded === null || composing || document.activeElement !== field) return;
      beyond.current = field.value.length - field.selectionEnd;
      // In one go: a key pressed between the two fields would be lost, or be a shortcut.
      flushSync(() => setRich(() => loaded));
      beyond.current = 0;
    };
    field.addEventListener("compositionstart", () => void (composing = true));
    field.addEventListener("compositionend", () => {
      composing = false;
      setTimeout(change); // the field tells its new words first
    });
    loadRich().then(
      (module) => {
        loaded = module.RichPen;
        change();
      },
      () => undefined,
    );
  };
  if (rich && Rich) return <Rich {...words} bar={bar} beyond={beyond} />;
  return <PlainPen {...words} onFocus={rich ? begin : undefined} />;
}
