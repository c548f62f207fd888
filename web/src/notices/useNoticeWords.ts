import { useTranslation } from "react-i18next";

import type { Notice } from "../api/types";

/** A notification as one sentence. */
export function useNoticeWords(): (notice: Notice) => string {
  const { t } = useTranslation();
  return ({ kind, actor_name: who, count, reason }) => {
    if (kind === "mention") return t("notices.told.mention", { who });
    if (kind === "assigned") return who ? t("notices.told.assigned", { who }) : t("notices.told.assignedSelf");
    if (kind === "news") return t("notices.told.news", { who, count });
    if (kind === "woke") return t("notices.told.woke");
    return t(`notices.told.${kind}`, { reason });
  };
}
