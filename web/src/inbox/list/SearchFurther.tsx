import { IconSearch } from "@tabler/icons-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { EmptyState } from "../../parts/EmptyState";
import { useInbox } from "../InboxContext";

/** A page may hold nothing and still not be the last: so far is gone back by itself. */
const BY_ITSELF = 5;

export function SearchFurther() {
  const { t } = useTranslation();
  const { list } = useInbox();
  const { isFetchingNextPage, fetchNextPage, pages } = list;
  const busy = isFetchingNextPage || pages < BY_ITSELF;
  useEffect(() => {
    if (pages < BY_ITSELF && !isFetchingNextPage) void fetchNextPage();
  }, [pages, isFetchingNextPage, fetchNextPage]);
  return (
    <EmptyState icon={IconSearch} title={busy ? t("search.further") : t("search.notYet")}>
      {busy ? null : <button type="button" className="btn" onClick={() => void fetchNextPage()}>{t("search.goOn")}</button>}
    </EmptyState>
  );
}
