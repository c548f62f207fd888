import type { Agent } from "../../api/types";

interface Marked {
  text: string;
  mentions: string[];
}

const MARK = /@\[([^\]]+)\]\(agent:([\w-]+)\)/g;
const quoted = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Every "@Name" of a colleague as the mark that notes keep, and whom the note calls. Longer names win. */
export function marked(text: string, agents: readonly Pick<Agent, "id" | "name">[]): Marked {
  const byName = new Map(agents.filter((one) => one.name).map((one) => [one.name, one.id]));
  const names = [...byName.keys()].toSorted((a, b) => b.length - a.length);
  if (names.length === 0) return { text, mentions: [] };
  const found = new Set<string>();
  const pattern = new RegExp(`@(${names.map(quoted).join("|")})(?![\\p{L}\\p{N}])`, "gu");
  const words = text.replace(pattern, (whole, name: string) => {
    const id = byName.get(name);
    if (!id) return whole;
    found.add(id);
    return `@[${name}](agent:${id})`;
  });
  return { text: words, mentions: [...found] };
}

export interface Part {
  text: string;
  /** The colleague that this part names. */
  agent: string | null;
}

/** A note's words in parts, its marks as "@Name". */
export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const found of text.matchAll(MARK)) {
    parts.push({ text: text.slice(at, found.index), agent: null }, { text: `@${found[1] ?? ""}`, agent: found[2] ?? null });
    at = found.index + found[0].length;
  }
  return [...parts, { text: text.slice(at), agent: null }].filter((part) => part.text !== "");
}
