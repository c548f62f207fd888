import { useTranslation } from "react-i18next";

import { useViews } from "../../api/queries";
import { VIEWS } from "../../app/scope";
import { RailLink } from "./RailLink";
import { VIEW_ICONS } from "./views";

export function ViewLinks() {
  const { t } = useTranslation();
  const { data: views } = useViews();
  const countOf = (id: string) => views?.find((view) => view.id === id)?.count ?? null;
  return (
    <ul>
      {VIEWS.map((key) => (
        <RailLink key={key} to={{ kind: "view", key }} icon={VIEW_ICONS[key]} name={t(`view.${key}`)} count={countOf(key)} />
      ))}
    </ul>
  );
}
