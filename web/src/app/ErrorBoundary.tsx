import { IconAlertCircle } from "@tabler/icons-react";
import { Component, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { EmptyState } from "../parts/EmptyState";

function Broken() {
  const { t } = useTranslation();
  return (
    <main style={{ height: "100vh" }}>
      <EmptyState icon={IconAlertCircle} role="alert" title={t("error.page")} text={t("error.pageText")}>
        <button type="button" className="btn" onClick={() => location.reload()}>
          {t("error.reload")}
        </button>
      </EmptyState>
    </main>
  );
}

/** The last net: a fault in drawing a page leaves words and a way on, never a white screen. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError() {
    return { broken: true };
  }

  override render() {
    return this.state.broken ? <Broken /> : this.props.children;
  }
}
