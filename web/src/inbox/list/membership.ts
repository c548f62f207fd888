import type { TicketRow } from "../../api/types";
import { belongs, type Scope } from "../../app/scope";
import type { Update } from "../../realtime/stores";

/** One row of the list; a search adds what it found and where. */
export interface ListRow {
  row: TicketRow;
  found: { text: string; marks: number[][] } | null;
}

/**
 * The rows that stay on screen. What others changed keeps its place until the agent asks for news; what the agent
 * moved out of this list leaves with the next step; the open ticket never leaves.
 */
export function standing(
  rows: readonly ListRow[],
  scope: Scope,
  me: string,
  openId: string | undefined,
  updates: ReadonlyMap<string, Update>,
): readonly ListRow[] {
  const stay = rows.filter(({ row }) => {
    if (row.id === openId || belongs(scope, row, me)) return true;
    return updates.get(row.id)?.mine === false;
  });
  // The same rows are the same list: a step from one ticket to the next makes nothing anew.
  return stay.length === rows.length ? rows : stay;
}

/** How many tickets would appear, leave or move if the list were asked for again now. */
export function countNews(
  rows: readonly ListRow[],
  scope: Scope,
  me: string,
  updates: ReadonlyMap<string, Update>,
): number {
  const listed = new Set(rows.map(({ row }) => row.id));
  let news = 0;
  for (const [id, update] of updates) {
    const fits = belongs(scope, update.row, me);
    if (scope.kind === "search") continue;
    if (!listed.has(id)) news += fits && (update.moved || update.mine) ? 1 : 0;
    else if (!update.mine) news += !fits || update.moved ? 1 : 0;
  }
  return news;
}
