import { useTranslation } from "react-i18next";

import { useViews } from "../../api/queries";
import { VIEWS } from "../../app/scope";
import { useInbox } from "../InboxContext";
import { RailLink } from "./RailLink";
import { VIEW_ICONS } from "./views";

export function ViewLinks() {
  const { t } = useTranslation();
  const { scope } = useInbox();
  const { data: views } = useViews();
  const countOf = (id: string) => views?.find((view) => view.id === id)?.count ?? null;
  // What waits on a third party is rare: its view is there when something stands in it.
  const shown = VIEWS.filter((key) => key !== "held" || countOf(key) || (scope.kind === "view" && scope.key === key));
  return (
    <ul>
      {shown.map((key) => (
        <RailLink key={key} to={{ kind: "view", key }} icon={VIEW_ICONS[key]} name={t(`view.${key}`)} count={countOf(key)} />
      ))}
    </ul>
  );
}
