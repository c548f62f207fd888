import { Popover } from "@mantine/core";
import { IconListCheck, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Glyph } from "../../parts/Glyph";
import { IconButton } from "../../parts/IconButton";
import { escaping } from "../escaping";
import type { ComposerState } from "./useComposer";

const MOST = 10;
const LONGEST = 20;

/** Answers that the customer can choose by a tap, where the channel has buttons. */
export function OfferMenu({ composer }: { composer: ComposerState }) {
  const { t } = useTranslation();
  const { choices, setChoices } = composer;
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  const add = () => {
    const choice = text.trim();
    if (choice && !choices.includes(choice) && choices.length < MOST) setChoices([...choices, choice]);
    setText("");
  };
  return (
    <Popover opened={open} onChange={setOpen} position="top-start" shadow="md" trapFocus withRoles returnFocus closeOnEscape={false}>
      <Popover.Target>
        <IconButton icon={IconListCheck} label={t("offer.open", { count: choices.length })} className={choices.length > 0 ? "is-on" : undefined} onClick={() => setOpen(!open)} />
      </Popover.Target>
      <Popover.Dropdown className="pop-box" onKeyDown={escaping(() => setOpen(false))} aria-label={t("offer.title")}>
        <ul className="names" aria-label={t("offer.title")}>
          {choices.map((one) => (
            <li key={one} className="badge tag">
              <span className="cut">{one}</span>
              <button type="button" aria-label={t("offer.remove", { choice: one })} onClick={() => setChoices(choices.filter((other) => other !== one))}>
                <Glyph of={IconX} size="xs" />
              </button>
            </li>
          ))}
        </ul>
        <div className="row">
          <input
            className="input"
            value={text}
            maxLength={LONGEST}
            aria-label={t("offer.choice")}
            placeholder={t("offer.choice")}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
              event.preventDefault();
              add();
            }}
          />
          <button type="button" className="btn sm" onClick={add}>{t("offer.add")}</button>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
