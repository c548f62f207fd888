import { IconCircleCheck, IconPlug, IconSearch } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useInboxes, useViews } from "../../api/queries";
import { pathOf, type Scope } from "../../app/scope";
import { EmptyState } from "../../parts/EmptyState";
import { useInbox } from "../InboxContext";

function NoResult({ scope }: { scope: Extract<Scope, { kind: "search" }> }) {
  const { t } = useTranslation();
  if (!scope.q.trim()) return <EmptyState icon={IconSearch} title={t("search.ask")} text={t("search.askText")} />;
  return (
    <EmptyState icon={IconSearch} title={t("search.none", { q: scope.q })} text={t("search.noneText")}>
      {scope.key === "open" ? (
        <Link className="btn" to={pathOf({ ...scope, key: "all" })}>{t("search.solvedToo")}</Link>
      ) : null}
    </EmptyState>
  );
}

export function ListEmpty() {
  const { t } = useTranslation();
  const { scope } = useInbox();
  const { data: views } = useViews();
  const { data: inboxes } = useInboxes();
  if (scope.kind === "search") return <NoResult scope={scope} />;
  if (inboxes?.length === 0) return <EmptyState icon={IconPlug} title={t("empty.firstDay")} text={t("empty.firstDayText")} />;
  const ownerless = views?.find((view) => view.id === "unassigned")?.count ?? 0;
  if (scope.kind === "view" && scope.key === "mine") {
    return (
      <EmptyState icon={IconCircleCheck} title={t("empty.mine")} text={ownerless > 0 ? t("empty.ownerless", { count: ownerless }) : undefined}>
        {ownerless > 0 ? <Link className="btn" to={pathOf({ kind: "view", key: "unassigned" })}>{t("empty.lookUnassigned")}</Link> : null}
      </EmptyState>
    );
  }
  return <EmptyState icon={IconCircleCheck} title={t("empty.view")} text={t("empty.viewText")} />;
}
