import { useId, useRef, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

import { selection } from "../inbox/list/selection";
import { useNeighbours } from "../inbox/useNeighbours";
import { useTargets } from "../inbox/useTargets";
import { Dialog } from "../parts/Dialog";
import { Kbd } from "../parts/Kbd";
import { isMac } from "../parts/platform";
import { useStore } from "../realtime/stores";
import { PaletteLine } from "./PaletteLine";
import type { Ranked } from "./rank";
import { closePalette, openPalette, type Step } from "./store";
import { usePaletteList } from "./usePaletteList";
import "./palette.css";

/** A combobox over all commands; a command that needs a value asks for it in the same place. */
export function PaletteDialog({ path }: { path: readonly Step[] }) {
  const { t } = useTranslation();
  const step = path.at(-1);
  const targets = useTargets();
  const { goOn } = useNeighbours();
  const { typed, type, lines, here, setAt, move } = usePaletteList(step, targets);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  const list = `${id}-list`;

  const take = (line: Ranked | undefined, thenNext: boolean) => {
    if (!line) return;
    const { into, run } = line.entry;
    type("");
    if (into) return openPalette(...path, into);
    // Closed first: the browser gives focus back, and what runs may move it on.
    field.current?.closest("dialog")?.close();
    closePalette();
    run?.();
    if (thenNext) goOn();
  };
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") move(event.key === "ArrowDown" ? 1 : -1);
    else if (event.key === "Enter") take(lines[here], event.ctrlKey || event.metaKey);
    else if (event.key === "Backspace" && typed === "" && step) openPalette(...path.slice(0, -1));
    else return;
    event.preventDefault();
  };
  const { whole } = useStore(selection);
  const about = whole ? t("bulk.wholeChosen") : targets.length > 1 ? t("bulk.chosen", { count: targets.length }) : targets[0] ? `#${targets[0].number}` : null;
  return (
    <Dialog open onClose={closePalette} label={t("keys.palette")} side="high">
      <div className="q">
        {about ? <span className="badge accent">{about}</span> : null}
        {step ? <span className="badge">{t(`palette.step.${step}`)}</span> : null}
        <input
          ref={field}
          autoFocus
          role="combobox"
          aria-expanded="true"
          aria-controls={list}
          aria-activedescendant={lines[here] ? `${id}-${here}` : undefined}
          aria-label={step ? t(`palette.step.${step}`) : t("palette.label")}
          placeholder={step ? t(`palette.step.${step}`) : t("palette.placeholder")}
          value={typed}
          onChange={(event) => type(event.target.value)}
          onKeyDown={press}
          autoComplete="off"
          spellCheck={false}
        />
        <Kbd>esc</Kbd>
      </div>
      <div className="lines" role="listbox" id={list} aria-label={t("keys.palette")}>
        {lines.map((line, at) => {
          const first = lines[at - 1]?.entry.group !== line.entry.group && !step;
          return [
            first ? <div key={`g-${line.entry.group}-${at}`} className="group" role="presentation">{t(`palette.group.${line.entry.group}`)}</div> : null,
            <PaletteLine key={line.entry.id} id={`${id}-${at}`} line={line} on={at === here} point={() => setAt(at)} take={() => take(line, false)} />,
          ];
        })}
      </div>
      {lines.length === 0 ? <p className="none" role="status">{t("palette.none")}</p> : null}
      <footer className="meta">
        <Kbd>↑</Kbd><Kbd>↓</Kbd> {t("palette.choose")} <Kbd>⏎</Kbd> {t("palette.take")}
        {step && targets.length === 1 ? <> <Kbd>{isMac ? "⌘⏎" : "Ctrl ⏎"}</Kbd> {t("palette.takeNext")}</> : null}
        <span className="grow" />
        {step ? <><Kbd>⌫</Kbd> {t("palette.up")}</> : null}
      </footer>
    </Dialog>
  );
}
