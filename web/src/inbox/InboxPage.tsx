import { lazy, memo, Suspense, useEffect, useMemo, useState, type CSSProperties } from "react";
import { Navigate, useParams, useSearchParams } from "react-router";

import type { Sort } from "../api/calls";
import { useSavedViews } from "../api/queries";
import { ShownContext, useOnceShown } from "../app/ShownContext";
import { usePreference } from "../app/preferences";
import { scopeOf, usualSort } from "../app/scope";
import { KeySheet } from "../keys/KeySheet";
import { Palette } from "../palette/Palette";
import { Start } from "../start/Start";
import { Views } from "../views/Views";
import { useInboxCommands } from "./useInboxCommands";
import { InboxContext } from "./InboxContext";
import { ListPane } from "./list/ListPane";
import { useTicketList } from "./list/useTicketList";
import { Rail } from "./rail/Rail";
import { TabBar } from "./rail/TabBar";
import { NothingOpen } from "./thread/NothingOpen";
import { useLayout } from "./useLayout";
import "./inbox.css";

// The list is on screen before the thread and the composer have come over the line.
const loadThread = () => import("./thread/ThreadPane");
const ThreadPane = lazy(() => loadThread().then((module) => ({ default: module.ThreadPane })));

const SORTS: readonly Sort[] = ["activity", "waiting", "created"];

/** Rail, list, thread and panel; the address holds the view and the open ticket. */
export function InboxPage() {
  const params = useParams();
  const [search] = useSearchParams();
  const { data: saved } = useSavedViews();
  const q = search.get("q") ?? "";
  const scope = useMemo(() => scopeOf(params.kind, params.key, q), [params.kind, params.key, q]);
  if (!scope) return <Navigate to="/view/mine" replace />;
  const own = scope.kind === "saved" ? saved?.find((view) => view.id === scope.key)?.sort : undefined;
  const sort = SORTS.find((one) => one === search.get("sort")) ?? own ?? usualSort(scope);
  return <Inbox scope={scope} sort={sort} ticket={params.ticket} />;
}

interface Props {
  scope: NonNullable<ReturnType<typeof scopeOf>>;
  sort: Sort;
  ticket: string | undefined;
}

function Inbox({ scope, sort, ticket }: Props) {
  const list = useTicketList(scope, sort, ticket);
  const layout = useLayout();
  const left = useLeft(scope, ticket);
  const value = useMemo(() => ({ scope, sort, ticket, left, list, layout }), [scope, sort, ticket, left, list, layout]);
  return (
    <InboxContext value={value}>
      <Frame />
    </InboxContext>
  );
}

function useLeft(scope: Props["scope"], ticket: string | undefined): string | undefined {
  const [last, setLast] = useState({ scope, ticket });
  if (ticket && (last.scope !== scope || last.ticket !== ticket)) setLast({ scope, ticket });
  return last.scope === scope ? last.ticket : undefined;
}

/** By itself: only what it reads of the inbox has it made anew. */
const Frame = memo(function Frame() {
  const { ticket, layout, list } = useInboxCommands();
  const [width] = usePreference("listWidth");
  const showList = !layout.phone || !ticket;
  const showThread = !layout.phone || ticket !== undefined;
  const shown = useOnceShown(!list.loading);
  useEffect(() => {
    if (shown) void loadThread();
  }, [shown]);
  return (
    <ShownContext value={shown}>
      <div style={{ "--list": `${width}px` } as CSSProperties} className={`app${layout.phone ? " phone" : ""}${ticket && layout.panelInline ? " with-panel" : ""}`}>
        <Rail />
        {showList ? <ListPane /> : null}
        {showThread ? (
          <Suspense fallback={<main className="thread" />}>
            {ticket ? <ThreadPane key={ticket} id={ticket} /> : <NothingOpen />}
          </Suspense>
        ) : null}
        {layout.phone && !ticket ? <TabBar /> : null}
        <KeySheet />
        <Palette />
        <Start />
        <Views />
      </div>
    </ShownContext>
  );
});
