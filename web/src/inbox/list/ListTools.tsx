import { IconArrowUp } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { useShown } from "../../app/ShownContext";
import { pathOf } from "../../app/scope";
import { FilterButton } from "../../filters/FilterButton";
import { Glyph } from "../../parts/Glyph";
import { useStore } from "../../realtime/stores";
import { useInbox } from "../InboxContext";
import { BulkBar } from "./BulkBar";
import { selection } from "./selection";
import { SortFace } from "./SortFace";

// Menus come after the list is on screen.
const SortMenu = lazy(() => import("./SortMenu").then((module) => ({ default: module.SortMenu })));

function SearchReach() {
  const { t } = useTranslation();
  const { scope } = useInbox();
  const navigate = useNavigate();
  if (scope.kind !== "search") return null;
  const wide = scope.key === "all";
  return (
    <label className="reach">
      <input type="checkbox" checked={wide} onChange={() => void navigate(pathOf({ ...scope, key: wide ? "open" : "all" }))} />
      {t("search.solvedToo")}
    </label>
  );
}

/** Order of the list, and the pill that says how much would change if it were brought up to date. */
export function ListTools() {
  const { t } = useTranslation();
  const { scope, list } = useInbox();
  // A press that came before the menu did opens it when it is there.
  const [asked, ask] = useState(false);
  const shown = useShown();
  const face = <SortFace onClick={() => ask(true)} />;
  const choosing = useStore(selection).ids.size > 0;
  if (choosing) return <BulkBar />;
  return (
    <div className="sub">
      {scope.kind === "search" ? <SearchReach /> : shown || asked ? <Suspense fallback={face}><SortMenu asked={asked} /></Suspense> : face}
      <FilterButton />
      <span className="grow" />
      <span role="status" className="news">
        {list.news > 0 ? (
          <button type="button" className="pill" onClick={list.refresh} aria-keyshortcuts="u">
            <Glyph of={IconArrowUp} size="s" />
            {t("list.updated", { count: list.news })}
          </button>
        ) : null}
      </span>
    </div>
  );
}
