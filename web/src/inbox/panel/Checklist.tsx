import { IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Ticket } from "../../api/types";
import { addItem, changeItem, dropItem } from "../../api/work";
import { Glyph } from "../../parts/Glyph";
import { useTicketDeed } from "../useTicketDeed";

const LONGEST = 500;

/** Steps of this ticket; who ticked one off stands in its title. */
export function Checklist({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const deed = useTicketDeed();
  const [text, setText] = useState<string | null>(null);
  const { checklist, id } = ticket;
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
              <input type="checkbox" checked={one.done_at !== null} onChange={(event) => {
                const { checked } = event.target;
                deed.run({ work: () => changeItem(id, one.id, { done: checked }) });
              }} />
              <span className="grow">{one.text}</span>
            </label>
            <button type="button" aria-label={t("checklist.remove", { text: one.text })} onClick={() => deed.run({ work: () => dropItem(id, one.id) })}><Glyph of={IconX} size="xs" /></button>
          </li>
        ))}
      </ul>
      {text === null ? (
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
            if (event.key === "Escape") setText(null);
          }}
        />
      )}
    </section>
  );
}
