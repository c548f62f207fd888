import type { Entry } from "./entry";

export interface Ranked {
  entry: Entry;
  /** Stretches of the label that were typed, [start, end) in code points. */
  marks: number[][];
}

const MOST = 60;

const fold = (text: string) => text.toLocaleLowerCase().normalize("NFKC");

/** Where `word` begins in `text`, in code points; a word's beginning before its middle; -1 for nowhere. */
function find(text: string, word: string): number {
  const units = [...text];
  const wanted = [...word];
  let inside = -1;
  for (let at = 0; at + wanted.length <= units.length; at += 1) {
    if (!wanted.every((sign, more) => units[at + more] === sign)) continue;
    if (at === 0 || !/[\p{L}\p{N}]/u.test(units[at - 1] ?? "")) return at;
    if (inside < 0) inside = at;
  }
  return inside;
}

const score = (label: string, at: number) => {
  if (at === 0) return 0;
  return /[\p{L}\p{N}]/u.test([...label][at - 1] ?? "") ? 2 : 1;
};

function judge(entry: Entry, words: readonly string[]): { rank: number; marks: number[][] } | null {
  const label = fold(entry.label);
  const more = fold(entry.words ?? "");
  let rank = 0;
  const marks: number[][] = [];
  for (const word of words) {
    const at = find(label, word);
    if (at >= 0) {
      marks.push([at, at + [...word].length]);
      rank += score(label, at);
    } else if (find(more, word) >= 0) rank += 3;
    else return null;
  }
  return { rank, marks: marks.sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0)) };
}

/** The entries that hold every typed word, best first, each group kept together in its own order. */
export function rank(entries: readonly Entry[], typed: string): Ranked[] {
  const words = fold(typed).split(/\s+/).filter(Boolean);
  if (words.length === 0) {
    return entries.filter((entry) => !entry.onDemand).slice(0, MOST).map((entry) => ({ entry, marks: [] }));
  }
  const found: (Ranked & { rank: number })[] = [];
  for (const entry of entries) {
    const fit = judge(entry, words);
    if (fit) found.push({ entry, ...fit });
    else if (entry.always) found.push({ entry, marks: [], rank: Infinity });
  }
  const best = new Map<string, number>();
  for (const one of found) best.set(one.entry.group, Math.min(best.get(one.entry.group) ?? Infinity, one.rank));
  const byGroup = (one: Ranked) => best.get(one.entry.group) ?? Infinity;
  const order = [...new Set(found.map((one) => one.entry.group))];
  const inOrder = (a: number, b: number) => (a === b ? 0 : a - b);
  return found
    .sort((a, b) => inOrder(byGroup(a), byGroup(b)) || order.indexOf(a.entry.group) - order.indexOf(b.entry.group) || inOrder(a.rank, b.rank))
    .slice(0, MOST);
}
