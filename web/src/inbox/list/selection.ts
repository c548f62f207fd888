import { onForget } from "../../app/forget";
import { Store } from "../../realtime/stores";

/** Tickets ticked in the list. `anchor`: where a stretch chosen with Shift begins. */
export interface Selection {
  ids: ReadonlySet<string>;
  anchor: string | null;
  /** Everything that the list shows, also what is not on screen yet. */
  whole: boolean;
}

export const NONE: Selection = { ids: new Set(), anchor: null, whole: false };

export const selection = new Store<Selection>(NONE);
onForget(() => selection.set(NONE));

export function toggled({ ids }: Selection, id: string): Selection {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return { ids: next, anchor: id, whole: false };
}

/** Everything from the anchor to `id` is added; without an anchor on screen only `id` is. */
export function stretched({ ids, anchor }: Selection, id: string, order: readonly string[]): Selection {
  const from = anchor === null ? -1 : order.indexOf(anchor);
  const to = order.indexOf(id);
  if (from < 0 || to < 0) return { ids: new Set([...ids, id]), anchor: id, whole: false };
  const [low, high] = from < to ? [from, to] : [to, from];
  return { ids: new Set([...ids, ...order.slice(low, high + 1)]), anchor, whole: false };
}

/** What has left the list is no longer chosen: nobody changes what they do not see. */
export function within(chosen: Selection, order: readonly string[]): Selection {
  if (chosen.ids.size === 0) return chosen;
  const ids = new Set(order.filter((id) => chosen.ids.has(id)));
  return ids.size === chosen.ids.size ? chosen : { ...chosen, ids };
}
