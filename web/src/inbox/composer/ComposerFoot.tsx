import { IconPaperclip, IconTemplate } from "@tabler/icons-react";
import { useRef } from "react";
import { useTranslation } from "react-i18next";

import type { ReplyTexts } from "../../api/types";
import { Glyph } from "../../parts/Glyph";
import { IconButton } from "../../parts/IconButton";
import { Kbd } from "../../parts/Kbd";
import { EmojiMenu } from "./EmojiMenu";
import { OfferMenu } from "./OfferMenu";
import { SendButton } from "./SendButton";
import { segmentsOf } from "./segments";
import { TemplateMenu } from "./TemplateMenu";
import type { ComposerState } from "./useComposer";

/** From this share of the limit on, the count is shown. */
const NEAR = 0.8;

function Count({ composer }: { composer: ComposerState }) {
  const { t } = useTranslation();
  const { mode, text, capabilities, tooLong } = composer;
  if (mode === "note" || !capabilities || !text) return null;
  if (capabilities.sms_segments) {
    const { used, room, parts } = segmentsOf(text);
    return <span className="meta num count">{t("composer.segments", { used, room, count: parts })}</span>;
  }
  const most = capabilities.max_chars;
  if (most === null || text.length < most * NEAR) return null;
  return <span className={`meta num count${tooLong ? " late-t" : ""}`}>{t("composer.chars", { used: text.length, most })}</span>;
}

interface Props {
  composer: ComposerState;
  addAll: (files: Iterable<File>) => void;
  noFiles: string | undefined;
  templates: ReplyTexts["templates"] | undefined;
  /** Takes the buttons of the rich pen. */
  formats: (element: HTMLElement | null) => void;
}

export function ComposerFoot({ composer, addAll, noFiles, templates, formats }: Props) {
  const { t } = useTranslation();
  const picker = useRef<HTMLInputElement>(null);
  const { draftState, text, mode, capabilities } = composer;
  return (
    <div className="bar2">
      <span ref={formats} className="formats-slot" />
      <IconButton icon={IconPaperclip} label={t("composer.attach")} reason={noFiles} onClick={() => picker.current?.click()} />
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        onChange={(event) => {
          addAll(event.target.files ?? []);
          event.target.value = "";
        }}
      />
      <EmojiMenu composer={composer} />
      <button type="button" className="btn sm quiet canned" aria-label={t("canned.open")} onClick={() => composer.pen.current?.insert(text === "" || /\s$/.test(text) ? "/" : " /")}>
        <Glyph of={IconTemplate} />
        <span className="wide">{t("canned.open")}</span> <Kbd>/</Kbd>
      </button>
      {mode === "reply" && capabilities?.quick_replies ? <OfferMenu composer={composer} /> : null}
      {templates ? <TemplateMenu composer={composer} templates={templates} /> : null}
      <span className="grow" />
      <Count composer={composer} />
      {text ? <span className="meta draft" role="status">{t(`draft.${draftState}`)}</span> : null}
      <SendButton composer={composer} />
    </div>
  );
}
