import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

import { useMe } from "../../api/queries";
import { useNow } from "../../app/now";
import { useInbox } from "../InboxContext";
import { useNeighbours } from "../useNeighbours";
import { ListRowView } from "./ListRowView";
import { useScopeName } from "./useScopeName";

const ROW = 60;
const ROW_TOUCH = 68;
const AHEAD = 10;
const MOVES: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };

function rowLink(list: HTMLElement | null, at: number): HTMLElement | null | undefined {
  return list?.querySelector<HTMLElement>(`[data-at="${at}"] a`);
}

export function ListGrid() {
  const { t } = useTranslation();
  const { list, ticket, layout } = useInbox();
  const { from } = useNeighbours();
  const { name } = useScopeName();
  const me = useMe().id;
  const now = useNow();
  const scroller = useRef<HTMLDivElement>(null);
  const { rows, hasNextPage, isFetchingNextPage, fetchNextPage } = list;

  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (layout.phone ? ROW_TOUCH : ROW),
    overscan: 6,
    getItemKey: (at) => rows[at]?.row.id ?? at,
  });
  const visible = virtual.getVirtualItems();
  const last = visible.at(-1)?.index ?? 0;

  useEffect(() => {
    if (last > rows.length - AHEAD && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [last, rows.length, hasNextPage, isFetchingNextPage, fetchNextPage]);

  useEffect(() => {
    if (from < 0) return;
    virtual.scrollToIndex(from, { align: "auto" });
    if (!ticket) requestAnimationFrame(() => rowLink(scroller.current, from)?.focus());
    // Only a step to or from a ticket scrolls; a list that grows below does not.
  }, [ticket]);

  const move = (event: KeyboardEvent) => {
    const step = MOVES[event.key];
    const at = Number((event.target as Element).closest("[data-at]")?.getAttribute("data-at"));
    if (step === undefined || Number.isNaN(at)) return;
    event.preventDefault();
    const to = Math.max(0, Math.min(rows.length - 1, at + step));
    virtual.scrollToIndex(to, { align: "auto" });
    requestAnimationFrame(() => rowLink(scroller.current, to)?.focus());
  };

  const entry = from >= 0 && visible.some((item) => item.index === from) ? from : (visible[0]?.index ?? 0);
  return (
    <div className="rows" ref={scroller} tabIndex={-1}>
      <div
        role="grid"
        aria-label={t("list.label", { name })}
        aria-rowcount={hasNextPage ? -1 : rows.length}
        style={{ height: virtual.getTotalSize(), position: "relative" }}
        onKeyDown={move}
      >
        {visible.map((item) => {
          const one = rows[item.index];
          return one ? (
            <ListRowView key={item.key} one={one} at={item.index} top={item.start} open={one.row.id === ticket} entry={item.index === entry} me={me} now={now} />
          ) : null;
        })}
      </div>
    </div>
  );
}
