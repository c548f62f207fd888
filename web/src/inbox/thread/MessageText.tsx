import { Fragment } from "react";
import { useTranslation } from "react-i18next";

import type { Message } from "../../api/types";

const LINK = /(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]}])/g;

/** Words as they were written, with addresses as links. `whole` includes the quoted past. */
export function MessageText({ message, whole = false }: { message: Message; whole?: boolean }) {
  const { t } = useTranslation();
  if (message.deleted_at) return <p className="gone">{t("thread.deleted")}</p>;
  const text = (whole ? message.text : message.reply_text || message.text).trimEnd();
  if (!text) return null;
  return (
    <p className="words">
      {text.split(LINK).map((part, at) =>
        at % 2 === 1 ? (
          <a key={at} href={part} target="_blank" rel="noreferrer noopener">{part}</a>
        ) : (
          <Fragment key={at}>{part}</Fragment>
        ),
      )}
    </p>
  );
}
