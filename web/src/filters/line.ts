/** What the Filter button offers, each one operator of the search. */
export const FILTERS = ["status", "assignee", "inbox", "tag", "priority", "channel", "team"] as const;
export type Filter = (typeof FILTERS)[number];

interface Part {
  /** As it stands in the line. */
  text: string;
  op: string;
  value: string;
  negated: boolean;
  start: number;
}

// The server's grammar: an operator with its value, a phrase, or a word.
const PART = /(-)?(?:([A-Za-z]+)[:：](?:"([^"]*)(?:"|$)|“([^”]*)(?:”|$)|([^\s"“]\S*))|"[^"]*(?:"|$)|“[^”]*(?:”|$)|\S+)/gu;

const partsOf = (line: string): Part[] =>
  [...line.matchAll(PART)].map((found) => ({
    text: found[0],
    op: (found[2] ?? "").toLowerCase(),
    value: found[3] ?? found[4] ?? found[5] ?? "",
    negated: found[1] !== undefined,
    start: found.index,
  }));

const cut = (line: string, part: Part): string =>
  `${line.slice(0, part.start)} ${line.slice(part.start + part.text.length)}`.replace(/\s+/g, " ").trim();

const named = (line: string, op: string): Part[] => partsOf(line).filter((part) => part.op === op && !part.negated);

/** The line with one of its parts, as the server repeated it, taken out. */
export function without(line: string, text: string): string {
  const part = partsOf(line).find((one) => one.text === text);
  return part ? cut(line, part) : line.replace(text, " ").replace(/\s+/g, " ").trim();
}

/** What the line asks of `op`; "" where it asks nothing. */
export const asked = (line: string, op: Filter): string => named(line, op).at(-1)?.value ?? "";

const quoted = (value: string) => (/\s/.test(value) ? `"${value}"` : value);

/** The line that asks `value` of `op` and nothing else of it; "" asks nothing. */
export function asking(line: string, op: Filter, value: string): string {
  const rest = named(line, op).reduce((left, part) => without(left, part.text), line);
  return value ? `${rest} ${op}:${quoted(value)}`.trim() : rest;
}

const isUnread = (part: Part) => part.op === "is" && part.value.toLowerCase() === "unread" && !part.negated;
export const asksUnread = (line: string): boolean => partsOf(line).some(isUnread);

export function askingUnread(line: string, on: boolean): string {
  const rest = partsOf(line).filter(isUnread).reduce((left, part) => without(left, part.text), line);
  return on ? `${rest} is:unread`.trim() : rest;
}

export interface Named {
  value: string;
  label: string;
}

/** How an operator names one of several: by its name where no other holds that name, else by its id. */
export function tokenOf(one: Named, all: readonly Named[]): string {
  const name = one.label.toLowerCase();
  const clear = name !== "" && !/["“”]/.test(name) && !all.some((other) => other.value !== one.value && other.label.toLowerCase().includes(name));
  return clear ? one.label : one.value;
}

/** Whether the line may find what is solved: the search then looks at more than what is open. */
export const asksSolved = (line: string): boolean =>
  partsOf(line).some(({ op, value, negated }) =>
    (op === "status" && !negated && /^(solved|closed)$/i.test(value)) || (op === "is" && (negated ? /^open$/i : /^(solved|closed)$/i).test(value)),
  );
