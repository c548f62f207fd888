import { IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useFormat } from "../../i18n/format";
import { Dialog } from "../../parts/Dialog";
import { IconButton } from "../../parts/IconButton";
import { localValue, moments } from "./moments";
import "./when.css";

interface Props {
  open: boolean;
  onClose: () => void;
  title: string;
  /** What a press on a moment does, in words: "Snooze", "Send". */
  verb: string;
  onChoose: (at: Date) => void;
  children?: React.ReactNode;
}

/** A moment to come: those that people mean, or any other. */
export function WhenDialog({ open, onClose, title, verb, onChoose, children }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const [now] = useState(() => new Date());
  const [own, setOwn] = useState("");
  const at = own ? new Date(own) : null;
  const ready = at !== null && at.getTime() > now.getTime();
  return (
    <Dialog open={open} onClose={onClose} label={title} side="middle">
      <header>
        <h2 className="grow">{title}</h2>
        <IconButton icon={IconX} label={t("action.close")} onClick={onClose} />
      </header>
      <div className="when">
        <ul>
          {moments(now).map((one, at) => (
            <li key={one.name}>
              <button type="button" className="when-row" data-first={at === 0 || undefined} onClick={() => onChoose(one.at)}>
                <span className="grow">{t(`when.${one.name}`)}</span>
                <time className="meta num" dateTime={one.at.toISOString()}>{format.dateTime(one.at.toISOString())}</time>
              </button>
            </li>
          ))}
        </ul>
        {children}
        <form
          className="row"
          onSubmit={(event) => {
            event.preventDefault();
            if (at && ready) onChoose(at);
          }}
        >
          <input className="input" type="datetime-local" min={localValue(now)} value={own} aria-label={t("when.own")} onChange={(event) => setOwn(event.target.value)} />
          <button type="submit" className="btn primary" aria-disabled={!ready}>{verb}</button>
        </form>
      </div>
    </Dialog>
  );
}
