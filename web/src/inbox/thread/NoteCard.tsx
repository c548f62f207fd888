import { IconLock } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Message } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { Glyph } from "../../parts/Glyph";
import { Files } from "./Files";
import { MessageText } from "./MessageText";

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
        <MessageText message={message} />
        <Files message={message} />
      </div>
    </article>
  );
}
