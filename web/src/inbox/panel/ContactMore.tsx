import { useMutation, useQueryClient } from "@tanstack/react-query";
import { IconBan, IconBuilding, IconStar } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { addContactNote } from "../../api/work";
import { contactKeys, useContact, useContactNotes } from "../../api/workQueries";
import { useToast } from "../../app/ToastProvider";
import { useNow } from "../../app/now";
import { useMay } from "../../app/useMay";
import { useFormat } from "../../i18n/format";
import { Glyph } from "../../parts/Glyph";

const TOAST_MS = 6_000;
const MINUTE_MS = 60_000;

function localTime(zone: string, language: string, now: Date): string | null {
  if (!zone) return null;
  try {
    return new Intl.DateTimeFormat(language, { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(now);
  } catch {
    return null;
  }
}

/** What is known of the person beyond their addresses. */
export function ContactMore({ contact }: { contact: string }) {
  const { t, i18n } = useTranslation();
  const { data: card } = useContact(contact);
  const now = useNow(MINUTE_MS);
  if (!card) return null;
  const there = localTime(card.time_zone, i18n.language, now);
  const consents = card.consents.filter((one) => one.granted);
  return (
    <ul className="idents">
      {card.block ? <li className="late-t"><Glyph of={IconBan} /><span className="cut">{t("contact.blocked", { reason: card.block.reason })}</span></li> : null}
      {card.vip > 0 ? <li><Glyph of={IconStar} /><span>{t("contact.vip", { level: card.vip })}</span></li> : null}
      {card.organisation ? <li><Glyph of={IconBuilding} /><span className="cut">{card.organisation.name}</span></li> : null}
      {there ? <li><span className="meta">{t("contact.there", { time: there })}</span></li> : null}
      {consents.length > 0 ? <li><span className="meta cut">{t("contact.consents", { list: consents.map((one) => one.purpose).join(", ") })}</span></li> : null}
    </ul>
  );
}

/** Remarks on the person that stay with them, whichever ticket is open. */
export function ContactNotes({ contact }: { contact: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const cache = useQueryClient();
  const toast = useToast();
  const { data: notes } = useContactNotes(contact);
  const mayAdd = useMay()("people");
  const [text, setText] = useState<string | null>(null);
  const add = useMutation({
    mutationFn: (words: string) => addContactNote(contact, words),
    onSuccess: () => {
      setText(null);
      void cache.invalidateQueries({ queryKey: contactKeys.notes(contact) });
    },
    onError: (error) => toast({ tone: "bad", until: Date.now() + TOAST_MS, text: () => t("ticket.notChanged", { why: error.message }) }),
  });
  if (!mayAdd && !notes?.length) return null;
  return (
    <section aria-label={t("contact.notes")}>
      <h3>{t("contact.notes")}</h3>
      <ul className="remarks">
        {(notes ?? []).map((one) => (
          <li key={one.id}>
            <p className="words" dir="auto">{one.text}</p>
            <span className="meta">{one.author_name} · {format.dateTime(one.at)}</span>
          </li>
        ))}
      </ul>
      {!mayAdd ? null : text === null ? (
        <button type="button" className="link meta" onClick={() => setText("")}>{t("contact.addNote")}</button>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (text.trim()) add.mutate(text.trim());
          }}
        >
          <textarea className="input remark" autoFocus dir="auto" value={text} aria-label={t("contact.addNote")} onChange={(event) => setText(event.target.value)} />
          <div className="row">
            <button type="submit" className="btn sm" disabled={add.isPending}>{t("contact.keep")}</button>
            <button type="button" className="btn sm quiet" onClick={() => setText(null)}>{t("action.cancel")}</button>
          </div>
        </form>
      )}
    </section>
  );
}
