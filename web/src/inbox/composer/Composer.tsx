import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useReplyTexts } from "../../api/queries";
import type { Ticket } from "../../api/types";
import { AnsweringChip } from "./AnsweringChip";
import { ApprovedForm } from "./ApprovedForm";
import { AttachmentList } from "./AttachmentList";
import { ComposerBar } from "./ComposerBar";
import { ComposerField } from "./ComposerField";
import { ComposerFoot } from "./ComposerFoot";
import { ComposerNotices } from "./ComposerNotices";
import { Copies } from "./Copies";
import { SignaturePreview } from "./SignaturePreview";
import { SuggestionList } from "./SuggestionList";
import { useSuggestions } from "./useSuggestions";
import { useComposer } from "./useComposer";
import { useDropPaste } from "./useDropPaste";
import "./composer.css";

/** Reply and note: ground, edge, label and verb all differ, and each keeps its own words. */
export function Composer({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const composer = useComposer(ticket);
  const { addAll, reason, over, handlers } = useDropPaste(composer);
  const { data: texts } = useReplyTexts(ticket.id, composer.conversation?.id);
  const suggestions = useSuggestions(ticket, composer, t("mention.here"));
  const [formats, setFormats] = useState<HTMLElement | null>(null);
  const { mode, conversation, capabilities, closed, mail } = composer;
  const reply = mode === "reply";
  const approvedOnly = closed && conversation !== undefined && !conversation.suppressed && capabilities?.templates === true;
  return (
    <form
      className={`composer is-${mode}${over ? " over" : ""}`}
      aria-label={reply ? t("composer.replyLabel", { name: ticket.contact.name }) : t("composer.noteLabel")}
      onSubmit={(event) => {
        event.preventDefault();
        composer.send(composer.usual);
      }}
      {...handlers}
      onKeyDownCapture={suggestions.press}
    >
      <ComposerBar ticket={ticket} composer={composer} />
      <ComposerNotices ticket={ticket} composer={composer} />
      {approvedOnly ? (
        <ApprovedForm key={conversation.inbox_id} composer={composer} inbox={conversation.inbox_id} />
      ) : (
        <>
          {reply && mail ? <Copies composer={composer} /> : null}
          <AnsweringChip composer={composer} />
          <SuggestionList suggestions={suggestions} />
          <ComposerField composer={composer} bar={formats} />
          {reply && texts ? <SignaturePreview signature={texts.signature} /> : null}
          <AttachmentList uploads={composer.uploads} />
          <ComposerFoot composer={composer} addAll={addAll} noFiles={reason} templates={reply ? texts?.templates : undefined} formats={setFormats} />
        </>
      )}
    </form>
  );
}
