import { useCallback, useEffect, useMemo } from "react";

import { useStore } from "../../realtime/stores";
import type { ListRow } from "./membership";
import { NONE, selection, stretched, toggled, within } from "./selection";

/** Ticking of rows: what is ticked and still listed, and how a press changes it. */
export function useChoosing(rows: readonly ListRow[], scopeKey: string) {
  const chosen = useStore(selection);
  const order = useMemo(() => rows.map((one) => one.row.id), [rows]);
  useEffect(() => () => selection.set(NONE), [scopeKey]);
  useEffect(() => {
    const still = within(selection.get(), order);
    if (still !== selection.get()) selection.set(still);
  }, [order]);
  const choose = useCallback(
    (id: string, stretch: boolean) => {
      const now = selection.get();
      selection.set(stretch ? stretched(now, id, order) : toggled(now, id));
    },
    [order],
  );
  return { chosen: chosen.ids, choose };
}
