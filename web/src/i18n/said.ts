import i18next from "i18next";

interface Sentence {
  pattern: RegExp;
  words: string;
}

const STATUSES = ["new", "open", "waiting", "held", "solved", "closed"] as const;
const ends = /(?<=[.]) (?=[A-Z])/;
let known: readonly Sentence[] = [];

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Sentences of the server, which speaks English, in the language of the page: `{}` are their holes, `{1}` the first one's content. */
export function learn(sentences: Readonly<Record<string, string>>): void {
  const literal = (sentence: string) => sentence.replaceAll("{}", "").length;
  known = Object.entries(sentences)
    // Of two that fit, the one that says more is meant.
    .sort(([one], [other]) => literal(other) - literal(one))
    .map(([sentence, words]) => ({ pattern: new RegExp(`^${sentence.split("{}").map(escaped).join("(.*?)")}$`, "s"), words }));
}

function filler(text: string): string {
  const status = STATUSES.find((one) => one === text);
  return status ? i18next.t(`status.${status}`) : (whole(text.trim()) ?? text);
}

function whole(text: string): string | null {
  for (const { pattern, words } of known) {
    const found = pattern.exec(text);
    if (found) return words.replace(/{(\d+)}/g, (_, at: string) => filler(found[Number(at)] ?? ""));
  }
  return null;
}

/** What the server said in the language of the page; null where it has no words for it. */
export function said(text: string): string | null {
  if (i18next.language?.startsWith("en")) return text;
  const parts = text.split(ends).map(whole);
  return parts.every((part) => part !== null) ? parts.join("") : whole(text);
}

/** The same for places that show it in any case. */
export const saidOrSame = (text: string): string => said(text) ?? text;
