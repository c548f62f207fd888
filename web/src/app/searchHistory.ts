import { onForget } from "./forget";
import { readPreference, writePreference } from "./preferences";

const MOST = 8;

/** Newest first, each once. */
export const remembered = (history: readonly string[], q: string): string[] =>
  [q, ...history.filter((one) => one !== q)].slice(0, MOST);

export function rememberSearch(q: string): void {
  writePreference("searches", remembered(readPreference("searches"), q));
}

/** What one agent looked for is nobody else's. */
onForget(() => writePreference("searches", []));
