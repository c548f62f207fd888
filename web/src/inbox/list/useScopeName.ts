import { useTranslation } from "react-i18next";

import { useInboxes, useSavedViews, useViews } from "../../api/queries";
import { useInbox } from "../InboxContext";

/** What the list is called, and how many tickets it holds where that is known. */
export function useScopeName(): { name: string; count: number | null } {
  const { t } = useTranslation();
  const { scope } = useInbox();
  const { data: views } = useViews();
  const { data: saved } = useSavedViews();
  const { data: inboxes } = useInboxes();
  if (scope.kind === "view") {
    return { name: t(`view.${scope.key}`), count: views?.find((view) => view.id === scope.key)?.count ?? null };
  }
  if (scope.kind === "saved") {
    const view = saved?.find((one) => one.id === scope.key);
    return { name: view?.name ?? "", count: view?.count ?? null };
  }
  if (scope.kind === "search") return { name: t("search.title"), count: null };
  const inbox = inboxes?.find((one) => one.id === scope.key);
  return { name: inbox?.name ?? "", count: inbox?.open_count ?? null };
}
