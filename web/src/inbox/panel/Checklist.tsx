import { IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Ticket } from "../../api/types";
import { addItem, changeItem, dropItem } from "../../api/work";
import { useMay } from "../../app/useMay";
import { Glyph } from "../../parts/Glyph";
import { useTicketDeed } from "../useTicketDeed";

const LONGEST = 500;

/** Steps of this ticket; who ticked one off stands in its title. */
export function Checklist({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const deed = useTicketDeed();
  const mayChange = useMay()("change");
  const [text, setText] = useState<string | null>(null);
  const { checklist, id } = ticket;
  if (!mayChange && checklist.length === 0) return null;
  const done = checklist.filter((one) => one.done_at !== null).length;
  const add = () => {
    const words = text?.trim();
    setText("");
    if (words) deed.run({ work: () => addItem(id, words) });
  };
  return (
    <section aria-label={t("checklist.title")}>
      <h3>{t("checklist.title")}{checklist.length > 0 ? <span className="meta num">{t("checklist.done", { done, count: checklist.length })}</span> : null}</h3>
      <ul className="checks">
        {checklist.map((one) => (
          <li key={one.id}>
            <label className={one.done_at ? "done" : ""} title={one.done_by?.name}>
              <input type="checkbox" disabled={!mayChange} checked={one.done_at !== null} onChange={(event) => {
                const { checked } = event.target;
                deed.run({ work: () => changeItem(id, one.id, { done: checked }), meanwhile: { ...ticket, checklist: checklist.map((other) => (other.id === one.id ? { ...one, done_at: checked ? new Date().toISOString() : null } : other)) } });
              }} />
              <span className="grow">{one.text}</span>
            </label>
            {mayChange ? <button type="button" aria-label={t("checklist.remove", { text: one.text })} onClick={() => deed.run({ work: () => dropItem(id, one.id) })}><Glyph of={IconX} size="xs" /></button> : null}
          </li>
        ))}
      </ul>
      {!mayChange ? null : text === null ? (
        <button type="button" className="link meta" onClick={() => setText("")}>{t("checklist.add")}</button>
      ) : (
        <input
          className="input"
          autoFocus
          dir="auto"
          value={text}
          maxLength={LONGEST}
          aria-label={t("checklist.add")}
          placeholder={t("checklist.add")}
          onChange={(event) => setText(event.target.value)}
          onBlur={() => (text.trim() ? undefined : setText(null))}
          onKeyDown={(event) => {
            if (event.nativeEvent.isComposing) return;
            if (event.key === "Enter") add();
            if (event.key !== "Escape") return;
            event.preventDefault();
            event.stopPropagation();
            setText(null);
          }}
        />
      )}
    </section>
  );
}
