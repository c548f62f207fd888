import { IconAlertCircle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { EmptyState } from "../parts/EmptyState";

/** The last net: a fault in drawing a page leaves words and a way on, never a white screen. */
export function PageError() {
  const { t } = useTranslation();
  return (
    <main style={{ height: "100vh" }}>
      <EmptyState icon={IconAlertCircle} role="alert" title={t("error.page")} text={t("error.pageText")}>
        <a className="btn" href="/app/">
          {t("error.reload")}
        </a>
      </EmptyState>
    </main>
  );
}
