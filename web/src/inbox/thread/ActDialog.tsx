import { IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Message } from "../../api/types";
import { Dialog } from "../../parts/Dialog";
import { IconButton } from "../../parts/IconButton";

interface Props {
  kind: "edit" | "delete";
  message: Message;
  onClose: () => void;
  onAct: (text: string) => void;
}

/** Other words for what was sent, or none: the customer's own screen changes. */
export function ActDialog({ kind, message, onClose, onAct }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState(message.text);
  const channel = t(`channel.${message.channel}`, { defaultValue: message.channel });
  const ready = kind === "delete" || (text.trim() !== "" && text !== message.text);
  const title = t(kind === "edit" ? "act.edit" : "act.delete");
  return (
    <Dialog open onClose={onClose} label={title} side="middle">
      <header>
        <h2 className="grow">{title}</h2>
        <IconButton icon={IconX} label={t("action.close")} onClick={onClose} />
      </header>
      <form
        className="act-box"
        onSubmit={(event) => {
          event.preventDefault();
          if (!ready) return;
          onAct(text);
          onClose();
        }}
      >
        {kind === "edit" ? (
          <textarea className="input" rows={5} value={text} data-first aria-label={t("act.words")} onChange={(event) => setText(event.target.value)} />
        ) : (
          <blockquote className="words">{message.text}</blockquote>
        )}
        <p className="meta">{t(kind === "edit" ? "act.editText" : "act.deleteText", { channel })}</p>
        <div className="row">
          <button type="submit" className="btn primary" data-first={kind === "delete" || undefined} aria-disabled={!ready}>
            {t(kind === "edit" ? "act.editDo" : "act.deleteDo")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
