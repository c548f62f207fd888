import { useTranslation } from "react-i18next";

import { useInbox } from "../InboxContext";
import { JobStrip } from "../../bulk/JobStrip";
import { heirs } from "../../parts/heirs";
import { ConnectionBanner } from "./ConnectionBanner";
import { ListBody } from "./ListBody";
import { ListEdge } from "./ListEdge";
import { ListHeader } from "./ListHeader";
import { ListTools } from "./ListTools";
import { SearchChips } from "./SearchChips";
import { SearchNote } from "./SearchNote";
import { useScopeName } from "./useScopeName";
import "./list.css";

export function ListPane() {
  const { t } = useTranslation();
  const { name } = useScopeName();
  // On a phone the list is the page.
  const { layout } = useInbox();
  const Box = layout.phone ? "main" : "section";
  return (
    <Box className="list" aria-label={t("list.label", { name })}>
      <ListHeader />
      <div className="over" ref={heirs}>
        <ListTools />
        <SearchChips />
        <SearchNote />
        <JobStrip />
      </div>
      <ConnectionBanner />
      <ListBody />
      {layout.railInline ? <ListEdge /> : null}
    </Box>
  );
}
