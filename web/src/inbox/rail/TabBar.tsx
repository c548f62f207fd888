import { IconDots } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useViews } from "../../api/queries";
import { pathOf } from "../../app/scope";
import { Glyph } from "../../parts/Glyph";
import { useInbox } from "../InboxContext";
import { VIEW_ICONS } from "./views";

const TABS = ["mine", "mentions", "unassigned"] as const;
const COUNTED = new Set<string>(["mentions", "unassigned"]);

/** The foot of the phone layout. */
export function TabBar() {
  const { t } = useTranslation();
  const { scope, layout } = useInbox();
  const { data: views } = useViews();
  return (
    <nav className="tabs" aria-label={t("rail.label")}>
      {TABS.map((key) => {
        const here = scope.kind === "view" && scope.key === key;
        const count = COUNTED.has(key) ? views?.find((view) => view.id === key)?.count : null;
        return (
          <Link key={key} to={pathOf({ kind: "view", key })} aria-current={here ? "page" : undefined}>
            <Glyph of={VIEW_ICONS[key]} size="l" />
            {t(`view.${key}`)}
            {count ? <em>{count}</em> : null}
          </Link>
        );
      })}
      <button type="button" onClick={() => layout.setRailOpen(true)}>
        <Glyph of={IconDots} size="l" />
        {t("rail.more")}
      </button>
    </nav>
  );
}
