import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import { useMe } from "../../api/queries";
import { useNow } from "../../app/now";
import { pathOf } from "../../app/scope";
import { useCommand } from "../../keys/useCommand";
import { useInbox } from "../InboxContext";
import { useNeighbours } from "../useNeighbours";
import { ListRowView } from "./ListRowView";
import { useChoosing } from "./useChoosing";
import { useRowKeys } from "./useRowKeys";
import { useScopeName } from "./useScopeName";

const ROW = 60;
const ROW_TOUCH = 68;
const AHEAD = 10;

function rowLink(list: HTMLElement | null, at: number): HTMLElement | null | undefined {
  return list?.querySelector<HTMLElement>(`[data-at="${at}"] a`);
}

export function ListGrid() {
  const { t } = useTranslation();
  const { list, ticket, layout, scope, sort } = useInbox();
  const { from } = useNeighbours();
  const { name } = useScopeName();
  const me = useMe().id;
  const now = useNow();
  const scroller = useRef<HTMLDivElement>(null);
  const { rows, hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const { chosen, choose } = useChoosing(rows, pathOf(scope));

  // A new function would have every one of the rows measured again.
  const keyOf = useCallback((at: number) => rows[at]?.row.id ?? at, [rows]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (layout.phone ? ROW_TOUCH : ROW),
    overscan: 6,
    getItemKey: keyOf,
  });
  const visible = virtual.getVirtualItems();
  const last = visible.at(-1)?.index ?? 0;

  useEffect(() => {
    if (last > rows.length - AHEAD && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [last, rows.length, hasNextPage, isFetchingNextPage, fetchNextPage]);

  const show = (at: number) => {
    virtual.scrollToIndex(at, { align: "auto" });
    const there = rowLink(scroller.current, at);
    // At once where it can be: the next key is for the row that the one before led to.
    if (there) there.focus({ preventScroll: true });
    else requestAnimationFrame(() => rowLink(scroller.current, at)?.focus());
  };
  useEffect(() => {
    if (from < 0) return;
    if (ticket) virtual.scrollToIndex(from, { align: "auto" });
    else show(from);
    // Only a step to or from a ticket scrolls; a list that grows below does not.
  }, [ticket]);

  const press = useRowKeys({ count: rows.length, idAt: (at) => rows[at]?.row.id, show, choose });
  useCommand("select", () => {
    const held = Number(document.activeElement?.closest("[data-at]")?.getAttribute("data-at") ?? from);
    const id = rows[held]?.row.id;
    if (id) choose(id, false);
  });

  const entry = from >= 0 && visible.some((item) => item.index === from) ? from : (visible[0]?.index ?? 0);
  return (
    <div className={chosen.size > 0 ? "rows choosing" : "rows"} ref={scroller} tabIndex={-1}>
      <div
        role="grid"
        aria-label={t("list.label", { name })}
        aria-rowcount={hasNextPage ? -1 : rows.length}
        aria-multiselectable="true"
        style={{ height: virtual.getTotalSize(), position: "relative" }}
        onKeyDown={press}
      >
        {visible.map((item) => {
          const one = rows[item.index];
          if (!one) return null;
          const id = one.row.id;
          return (
            <ListRowView key={item.key} one={one} path={pathOf(scope, id, sort)} at={item.index} top={item.start} open={id === ticket} entry={item.index === entry} chosen={chosen.has(id)} choose={choose} me={me} now={now} />
          );
        })}
      </div>
    </div>
  );
}
