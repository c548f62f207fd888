import { useTranslation } from "react-i18next";

import { useMe } from "../../api/queries";
import type { Message } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { Avatar } from "../../parts/Avatar";
import { ChannelGlyph } from "../../parts/ChannelGlyph";
import { AnswerButton } from "./AnswerButton";
import { CallText } from "./CallText";
import { DeliveryState } from "./DeliveryState";
import { EditedMark } from "./EditedMark";
import { Files } from "./Files";
import { MessageMenu } from "./MessageMenu";
import { MessageText } from "./MessageText";
import { TroubleActions } from "./TroubleActions";
import { WhyHere } from "../why/WhyHere";

interface Props {
  message: Message;
  /** The last of its run: it shows who spoke, when, and how it arrived. */
  ends: boolean;
}

export function Bubble({ message, ends }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const me = useMe().id;
  const out = message.direction === "out";
  const state = message.delivery?.state;
  const reactions = t("thread.reactions", { list: format.list(message.reactions.map(({ emoji, sender }) => t("thread.reaction", { emoji, who: sender === message.author.address ? message.author.name : sender }))) });
  const label = t("thread.messageBy", { who: message.author.name, time: format.dateTime(message.occurred_at) });
  return (
    <article className={`msg${out ? " out" : ""}${ends ? "" : " cont"}${state === "cancelled" ? " cancelled" : ""}`} aria-label={label} id={`message-${message.id}`}>
      {out ? null : ends ? <Avatar name={message.author.name} size="m" /> : <span />}
      <div className={state === "failed" ? "bub bad" : "bub"} lang={message.language || undefined} dir="auto">
        <Files message={message} />
        {message.call && !message.deleted_at ? <CallText call={message.call} /> : <MessageText message={message} />}
        {message.quick_replies.length > 0 ? (
          <ul className="choices" aria-label={t("thread.choices")}>
            {message.quick_replies.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        ) : null}
        {message.reactions.length > 0 ? (
          <span className="react" role="img" aria-label={reactions} title={reactions}>
            {message.reactions.map((one) => one.emoji).join("")}
          </span>
        ) : null}
        <AnswerButton message={message} />
        <MessageMenu message={message} />
      </div>
      {out ? ends ? <Avatar name={message.author.name} size="m" mine={message.author.id === me} /> : <span /> : null}
      {ends ? (
        <div className="under">
          <ChannelGlyph channel={message.channel} size="s" />
          <span className="sr">{t(`channel.${message.channel}`, { defaultValue: message.channel })}</span>
          <time className="num" dateTime={message.occurred_at} title={format.dateTime(message.occurred_at)}>{format.time(message.occurred_at)}</time>
          <EditedMark message={message} />
          {message.delivery ? <DeliveryState delivery={message.delivery} /> : null}
          <WhyHere message={message} />
        </div>
      ) : null}
      {!ends && message.edited_at ? <div className="under"><EditedMark message={message} /></div> : null}
      {message.delivery ? <TroubleActions message={message} /> : null}
    </article>
  );
}
