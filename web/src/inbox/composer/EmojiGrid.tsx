import { useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

import { EMOJI } from "./emoji";

const ACROSS = 8;
const STEP: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -ACROSS, ArrowDown: ACROSS };

/** A small set with names in both languages: search by either, arrows walk. */
export default function EmojiGrid({ onChoose }: { onChoose: (sign: string) => void }) {
  const { t, i18n } = useTranslation();
  const [text, setText] = useState("");
  const wanted = text.trim().toLowerCase();
  const found = EMOJI.filter(([, en, zh]) => `${en} ${zh}`.includes(wanted));
  const name = i18n.language.startsWith("zh") ? 2 : 1;
  const walk = (event: KeyboardEvent<HTMLElement>) => {
    const step = STEP[event.key];
    if (step === undefined || event.nativeEvent.isComposing) return;
    const all = [...event.currentTarget.querySelectorAll("button")];
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    if (at < 0 && event.key !== "ArrowDown") return;
    event.preventDefault();
    all[at < 0 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1)]?.focus();
  };
  return (
    <div onKeyDown={walk}>
      <input
        className="input"
        type="search"
        value={text}
        autoFocus
        aria-label={t("composer.emojiSearch")}
        placeholder={t("composer.emojiSearch")}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
          event.preventDefault();
          const first = found[0];
          if (first) onChoose(first[0]);
        }}
      />
      <div className="emoji-grid" role="group" aria-label={t("composer.emoji")}>
        {found.map((one) => (
          <button key={one[0]} type="button" title={one[name]} aria-label={one[name]} onClick={() => onChoose(one[0])}>{one[0]}</button>
        ))}
        {found.length === 0 ? <p className="meta" role="status">{t("composer.emojiNone")}</p> : null}
      </div>
    </div>
  );
}
