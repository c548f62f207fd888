import { IconAlertCircle, IconRefresh } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { Problem } from "../api/problem";
import { EmptyState } from "./EmptyState";
import { Glyph } from "./Glyph";

interface Props {
  what: "session" | "list" | "thread" | "ticket" | "search";
  error: Error;
  retry: () => void;
}

/** What did not load, what still works, and the number that support can look up. */
export function ErrorPane({ what, error, retry }: Props) {
  const { t } = useTranslation();
  const ours = (fault: Error): string | null => {
    if (!(fault instanceof Problem)) return null;
    if (fault.silent) return t("error.silent");
    if (fault.status === 404) return t("error.gone");
    return fault.status >= 500 ? t(what === "thread" ? "error.brokenThread" : "error.broken") : null;
  };
  const request = error instanceof Problem ? error.requestId : null;
  return (
    <EmptyState
      icon={IconAlertCircle}
      role="alert"
      title={t(`error.${what}`)}
      text={ours(error) ?? error.message}
      foot={request ? t("error.request", { id: request }) : undefined}
    >
      <button type="button" className="btn" onClick={retry}>
        <Glyph of={IconRefresh} />
        {t("error.retry")}
      </button>
    </EmptyState>
  );
}
