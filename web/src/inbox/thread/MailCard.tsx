import { IconDots } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMe } from "../../api/queries";
import type { Message } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { Avatar } from "../../parts/Avatar";
import { ChannelGlyph } from "../../parts/ChannelGlyph";
import { Glyph } from "../../parts/Glyph";
import { DeliveryState } from "./DeliveryState";
import { Doubts } from "./Doubts";
import { Files } from "./Files";
import { HtmlMail } from "./HtmlMail";
import { MessageText } from "./MessageText";
import { RecipientStates } from "./RecipientStates";
import { SenderBadge, SignatureBadges } from "./SenderBadge";
import { TroubleActions } from "./TroubleActions";
import { WhyHere } from "../why/WhyHere";

function MailHead({ message, brief }: { message: Message; brief: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const me = useMe().id;
  const mine = message.author.id === me;
  const sender = message.author.address && message.direction === "in" ? message.author.address : null;
  const to = message.to.length > 0 ? t("thread.to", { list: format.list(message.to) }) : null;
  return (
    <>
      <Avatar name={message.author.name} size={brief ? "s" : "m"} mine={mine} />
      <span className="strong cut who">{mine ? t("thread.you") : message.author.name}</span>
      <ChannelGlyph channel={message.channel} size="s" />
      {brief ? null : <SenderBadge message={message} />}
      {brief ? null : <SignatureBadges message={message} />}
      {brief ? (
        <span className="cut grow sec">{message.reply_text || message.text}</span>
      ) : (
        <span className="meta cut grow" title={[sender, to].filter(Boolean).join(" ")}>{to ?? sender}</span>
      )}
      <time className="meta num" dateTime={message.occurred_at} title={format.dateTime(message.occurred_at)}>{format.time(message.occurred_at)}</time>
    </>
  );
}

/** A mail as a card: the new words first, the quoted past and the sender's own layout behind pills. */
export function MailCard({ message, folded }: { message: Message; folded: boolean }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<boolean | null>(null);
  const [quote, setQuote] = useState(false);
  const [html, setHtml] = useState(false);
  const signed = message.direction === "out" && message.signature !== "" && !message.deleted_at;
  if (folded && open !== true) {
    return (
      <article className="mail folded" id={`message-${message.id}`}>
        <button type="button" className="head" aria-expanded="false" onClick={() => setOpen(true)}>
          <MailHead message={message} brief />
        </button>
      </article>
    );
  }
  return (
    <article className="mail" id={`message-${message.id}`}>
      <header className="head"><MailHead message={message} brief={false} /><WhyHere message={message} /></header>
      <Doubts message={message} />
      <div className="text" lang={message.language || undefined} dir="auto">
        {html ? <HtmlMail message={message} /> : <MessageText message={message} whole={quote} />}
        {signed && !html ? <p className="signature" title={t("thread.signature")}>{`-- \n${message.signature}`}</p> : null}
      </div>
      <div className="mail-foot">
        <Files message={message} />
        {message.delivery ? <span className="under"><DeliveryState delivery={message.delivery} /></span> : null}
        <span className="folds">
          {message.has_html && !message.deleted_at ? (
            <button type="button" className="fold" aria-pressed={html} onClick={() => setHtml(!html)}>{t(html ? "thread.asText" : "thread.asHtml")}</button>
          ) : null}
          {message.quoted && !html ? (
            <button type="button" className="fold" aria-expanded={quote} onClick={() => setQuote(!quote)}>
              <Glyph of={IconDots} size="s" />
              {t(quote ? "thread.hideQuote" : "thread.showQuote")}
            </button>
          ) : null}
        </span>
      </div>
      {message.delivery ? <RecipientStates delivery={message.delivery} /> : null}
      {message.delivery ? <TroubleActions message={message} /> : null}
    </article>
  );
}
