import { useTranslation } from "react-i18next";

import { useInbox } from "../InboxContext";

/** Says that a search may miss older messages, while the server builds its index. */
export function SearchNote() {
  const { t } = useTranslation();
  const { scope, list } = useInbox();
  if (scope.kind !== "search" || list.complete) return null;
  return (
    <p className="badge soon" role="status">
      {t("search.building")}
    </p>
  );
}
