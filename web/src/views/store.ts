import type { SavedView } from "../api/types";
import { Store } from "../realtime/stores";

/** What the editor of views is open for. */
export type Editing = { kind: "new" } | { kind: "change"; view: SavedView };

export const editing = new Store<Editing | null>(null);
export const editView = (what: Editing): void => editing.set(what);
