import { IconAlertTriangle, IconClock, IconLock } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Ticket } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { saidOrSame } from "../../i18n/said";
import { Glyph } from "../../parts/Glyph";
import { SuppressedNotice } from "./SuppressedNotice";
import type { ComposerState } from "./useComposer";

/** What the channel allows now, and what the customer wrote meanwhile. */
export function ComposerNotices({ ticket, composer }: { ticket: Ticket; composer: ComposerState }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { mode, conversation, newer, anyway, accept, closed } = composer;
  if (mode === "note") return null;
  const show = () => {
    const id = newer?.id;
    accept();
    const said = document.getElementById(`message-${id}`);
    if (said) said.scrollIntoView({ block: "center" });
    // Far back in a long thread the newest words are not in the page.
    else document.querySelector<HTMLElement>(".flow-box > .to-end")?.click();
  };
  return (
    <div role="status">
      {closed && conversation?.suppressed ? (
        <SuppressedNotice ticketId={ticket.id} suppressed={conversation.suppressed} />
      ) : null}
      {closed && conversation && !conversation.suppressed ? (
        <p className="win"><Glyph of={IconLock} size="s" />{saidOrSame(conversation.cannot_reason) || t("composer.closed", { name: ticket.contact.name })}</p>
      ) : null}
      {!closed && conversation?.window_until ? (
        <p className="win"><Glyph of={IconClock} size="s" />{t("composer.until", { time: format.dateTime(conversation.window_until) })}</p>
      ) : null}
      {anyway ? (
        <div className="notice warn newer">
          <Glyph of={IconAlertTriangle} />
          <span className="grow cut-2">
            <b>{t("composer.newer")}</b> {newer ? `“${newer.reply_text || newer.text}”` : null}
          </span>
          <button type="button" className="link" onClick={show}>{t("composer.show")}</button>
        </div>
      ) : null}
    </div>
  );
}
