import { IconArrowBackUp } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Message } from "../../api/types";
import { IconButton } from "../../parts/IconButton";
import { useAnswering } from "../AnsweringContext";

/** Points the next answer to this message, on channels that can show it. */
export function AnswerButton({ message }: { message: Message }) {
  const { t } = useTranslation();
  const { answer, quoting } = useAnswering();
  if (!quoting.includes(message.inbox_id) || message.deleted_at) return null;
  return <IconButton icon={IconArrowBackUp} label={t("answering.begin")} className="tiny answer" onClick={() => answer(message)} />;
}
