import { useEffect, useState } from "react";
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
    loadRich().then(
      (loaded) => {
        // Only for who is still here: the editor takes the caret.
        if (document.activeElement === pen.current?.element()) setRich(() => loaded.RichPen);
      },
      () => undefined,
    );
  };
  if (rich && Rich) return <Rich {...words} bar={bar} />;
  return <PlainPen {...words} onFocus={rich ? begin : undefined} />;
}
