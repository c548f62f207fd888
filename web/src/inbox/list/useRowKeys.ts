import type { KeyboardEvent } from "react";

const MOVES: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8, Home: -Infinity, End: Infinity };

interface Rows {
  count: number;
  idAt: (at: number) => string | undefined;
  show: (at: number) => void;
  choose: (id: string, stretch: boolean) => void;
}

/** Arrows walk the rows, with Shift they tick them on the way; the space bar ticks one. */
export function useRowKeys({ count, idAt, show, choose }: Rows) {
  return (event: KeyboardEvent) => {
    const target = event.target as Element;
    const at = Number(target.closest("[data-at]")?.getAttribute("data-at") ?? NaN);
    if (Number.isNaN(at) || event.ctrlKey || event.metaKey || event.altKey) return;
    const id = idAt(at);
    if (event.key === " " && target.matches("a") && id) {
      event.preventDefault();
      return choose(id, event.shiftKey);
    }
    const step = MOVES[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const to = Math.max(0, Math.min(count - 1, at + step));
    const there = idAt(to);
    if (event.shiftKey && id && there) {
      choose(id, true);
      choose(there, true);
    }
    show(to);
  };
}
