import { IconAdjustments, IconEdit, IconMenu2, IconSearch } from "@tabler/icons-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { useSavedViews } from "../../api/queries";
import { useFormat } from "../../i18n/format";
import { IconButton } from "../../parts/IconButton";
import { openStart } from "../../start/store";
import { useStarters } from "../../start/Start";
import { editView } from "../../views/store";
import { useInbox } from "../InboxContext";
import { useScopeName } from "./useScopeName";

export function ListHeader() {
  const { t } = useTranslation();
  const { layout, scope } = useInbox();
  const format = useFormat();
  const { data: saved } = useSavedViews();
  const view = scope.kind === "saved" ? saved?.find((one) => one.id === scope.key) : undefined;
  const starters = useStarters();
  const { name, count } = useScopeName();
  useEffect(() => {
    document.title = name ? `${name} · Parley` : "Parley";
  }, [name]);
  const openRail = () => layout.setRailOpen(true);
  return (
    <header className="top">
      {layout.railInline ? null : <IconButton icon={IconMenu2} label={t("rail.open")} onClick={openRail} className="lead" />}
      <h1 className="cut">{name}</h1>
      {count === null ? null : <span className="meta num">{format.count(count)}</span>}
      <span className="grow" />
      {view?.editable ? <IconButton icon={IconAdjustments} label={t("views.change")} onClick={() => editView({ kind: "change", view })} /> : null}
      {starters.length > 0 ? <IconButton icon={IconEdit} label={t("start.title")} onClick={openStart} aria-keyshortcuts="c" /> : null}
      {layout.railInline ? null : <IconButton icon={IconSearch} label={t("search.label")} onClick={openRail} />}
    </header>
  );
}
