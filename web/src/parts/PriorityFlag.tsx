import { IconFlagFilled } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Priority } from "../api/types";
import { Glyph } from "./Glyph";

/** Urgent: a red flag. High: a grey one. Normal and low: nothing. */
export function PriorityFlag({ priority }: { priority: Priority }) {
  const { t } = useTranslation();
  if (priority !== "urgent" && priority !== "high") return null;
  return (
    <span className={`prio ${priority}`} title={t(`priority.${priority}`)}>
      <Glyph of={IconFlagFilled} size="s" />
      <span className="sr">{t(`priority.${priority}`)}</span>
    </span>
  );
}
