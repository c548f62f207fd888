export type Trigger = "/" | "@";

export interface Asked {
  trigger: Trigger;
  query: string;
  /** How many signs before the caret a choice takes the place of. */
  over: number;
}

const PATTERNS: Record<Trigger, RegExp> = { "/": /(?:^|\s)\/([\p{L}\p{N}_-]*)$/u, "@": /(?:^|\s)@([\p{L}\p{N}._-]*(?: [\p{L}\p{N}._-]*)?)$/u };

/** What the words before the caret ask for: a canned reply after "/", in notes a colleague after "@". */
export function askedFor(before: string, triggers: readonly Trigger[]): Asked | null {
  for (const trigger of triggers) {
    const query = PATTERNS[trigger].exec(before)?.[1];
    if (query !== undefined) return { trigger, query, over: query.length + 1 };
  }
  return null;
}
