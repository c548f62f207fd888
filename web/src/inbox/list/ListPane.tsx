import { useTranslation } from "react-i18next";

import { useInbox } from "../InboxContext";
import { ConnectionBanner } from "./ConnectionBanner";
import { ListBody } from "./ListBody";
import { ListHeader } from "./ListHeader";
import { ListTools } from "./ListTools";
import { useScopeName } from "./useScopeName";
import "./list.css";

export function ListPane() {
  const { t } = useTranslation();
  const { name } = useScopeName();
  // On a phone the list is the page.
  const Box = useInbox().layout.phone ? "main" : "section";
  return (
    <Box className="list" aria-label={t("list.label", { name })}>
      <ListHeader />
      <ListTools />
      <ConnectionBanner />
      <ListBody />
    </Box>
  );
}
