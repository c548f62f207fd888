import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Ticket } from "../../api/types";
import { reaches } from "../../parts/address";
import { Avatar } from "../../parts/Avatar";
import { ChannelGlyph } from "../../parts/ChannelGlyph";

export function ContactFacts({ ticket, children }: { ticket: Ticket; children?: ReactNode }) {
  const { t, i18n } = useTranslation();
  const { contact } = ticket;
  const language = contact.language ? new Intl.DisplayNames(i18n.language, { type: "language" }).of(contact.language) : null;
  const latest = ticket.conversations.toSorted((a, b) => (b.last_in_at ?? "").localeCompare(a.last_in_at ?? ""))[0];
  return (
    <section aria-label={t("panel.contact")}>
      <div className="row who">
        <Avatar name={contact.name} size="b" />
        <div className="grow">
          <div className="strong cut name">{contact.name}</div>
          {language ? <div className="meta cut">{language}</div> : null}
        </div>
      </div>
      <ul className="idents">
        {contact.points.map((point) => (
          <li key={`${point.family} ${point.value}`}>
            <ChannelGlyph channel={point.family} />
            {point.display ? <span className="sr">{t(`channel.${point.family}`, { defaultValue: point.family })}</span> : null}
            <span className="cut grow" title={point.value}>{point.display || t(`channel.${point.family}`, { defaultValue: point.family })}</span>
            {reaches(latest?.recipient ?? "", point) ? (
              <span className="badge accent">{t("panel.inUse")}</span>
            ) : point.verified ? (
              <span className="meta">{t("panel.verified")}</span>
            ) : null}
          </li>
        ))}
      </ul>
      {children}
    </section>
  );
}
