import { IconArrowBackUp, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { Glyph } from "../../parts/Glyph";
import { IconButton } from "../../parts/IconButton";
import type { ComposerState } from "./useComposer";

/** The message that this answer points to. */
export function AnsweringChip({ composer }: { composer: ComposerState }) {
  const { t } = useTranslation();
  const { answering, answer, conversation, mode } = composer;
  if (!answering || mode === "note" || answering.conversation_id !== conversation?.id) return null;
  return (
    <div className="answering">
      <Glyph of={IconArrowBackUp} size="s" />
      <span className="cut grow">
        <b>{t("answering.to", { name: answering.author.name })}</b> {answering.reply_text || answering.text}
      </span>
      <IconButton icon={IconX} label={t("answering.drop")} className="tiny" onClick={() => answer(null)} />
    </div>
  );
}
