import { useState, type ClipboardEvent, type DragEvent } from "react";
import { useTranslation } from "react-i18next";

import { useReplyTexts } from "../../api/queries";
import type { Ticket } from "../../api/types";
import { AttachmentList } from "./AttachmentList";
import { ComposerBar } from "./ComposerBar";
import { ComposerField } from "./ComposerField";
import { ComposerFoot } from "./ComposerFoot";
import { ComposerNotices } from "./ComposerNotices";
import { SignaturePreview } from "./SignaturePreview";
import { useAddFiles } from "./useAddFiles";
import { useComposer } from "./useComposer";
import "./composer.css";

/** Reply and note: ground, edge, label and verb all differ, and each keeps its own words. */
export function Composer({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const composer = useComposer(ticket);
  const { addAll, reason } = useAddFiles(composer);
  const { data: texts } = useReplyTexts(ticket.id, composer.conversation?.id);
  const [over, setOver] = useState(false);
  const { mode } = composer;

  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    addAll(event.dataTransfer.files);
  };
  const paste = (event: ClipboardEvent) => {
    if (event.clipboardData.files.length === 0) return;
    event.preventDefault();
    addAll(event.clipboardData.files);
  };
  return (
    <form
      className={`composer is-${mode}${over ? " over" : ""}`}
      aria-label={mode === "note" ? t("composer.noteLabel") : t("composer.replyLabel", { name: ticket.contact.name })}
      onSubmit={(event) => {
        event.preventDefault();
        composer.send();
      }}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      onPaste={paste}
    >
      <ComposerBar ticket={ticket} composer={composer} />
      <ComposerNotices ticket={ticket} composer={composer} />
      <ComposerField composer={composer} />
      {mode === "reply" && texts ? <SignaturePreview signature={texts.signature} /> : null}
      <AttachmentList uploads={composer.uploads} />
      <ComposerFoot composer={composer} addAll={addAll} noFiles={reason} templates={mode === "reply" ? texts?.templates : undefined} />
    </form>
  );
}
