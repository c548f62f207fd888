import { IconMessages } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { EmptyState } from "../../parts/EmptyState";
import "./thread.css";

export function NothingOpen() {
  const { t } = useTranslation();
  return (
    <main className="thread" aria-label={t("thread.none")}>
      <EmptyState icon={IconMessages} title={t("thread.none")} text={t("thread.noneText")} />
    </main>
  );
}
