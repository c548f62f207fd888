import { IconLock } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Message } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { Glyph } from "../../parts/Glyph";
import { partsOf } from "../composer/mentions";
import { Files } from "./Files";
import { MessageText } from "./MessageText";

/** Colleagues who are called stand out. */
function NoteText({ message }: { message: Message }) {
  const parts = partsOf(message.text);
  if (message.deleted_at || parts.every((part) => part.agent === null)) return <MessageText message={message} />;
  return <p className="words">{parts.map((part, at) => (part.agent ? <span key={at} className="called">{part.text}</span> : part.text))}</p>;
}

/** Amber and full width: the team's words, never the customer's to see. */
export function NoteCard({ message }: { message: Message }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <article className="note-card" id={`message-${message.id}`}>
      <header>
        <Glyph of={IconLock} size="s" />
        <span className="cut grow">{t("thread.noteBy", { who: message.author.name })}</span>
        <time className="num" dateTime={message.occurred_at} title={format.dateTime(message.occurred_at)}>{format.time(message.occurred_at)}</time>
      </header>
      <div lang={message.language || undefined} dir="auto">
        <NoteText message={message} />
        <Files message={message} />
      </div>
    </article>
  );
}
