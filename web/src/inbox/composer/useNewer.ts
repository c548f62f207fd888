import { useCallback, useEffect, useState } from "react";

import { useMessages } from "../../api/queries";
import type { Message } from "../../api/types";

export function useNewestIn(ticket: string): Message | undefined {
  const { data } = useMessages(ticket);
  for (const page of data?.pages ?? []) {
    const found = page.items.find((message) => message.direction === "in");
    if (found) return found;
  }
  return undefined;
}

/**
 * What the customer wrote since the agent began to type: `seen` is the newest message the answer takes into account,
 * `newer` the one it does not yet.
 */
export function useNewer(newest: Message | undefined, writing: boolean) {
  const [seen, setSeen] = useState<string | null>(newest?.id ?? null);
  const current = newest?.id ?? null;
  useEffect(() => {
    if (!writing || seen === null) setSeen(current);
  }, [writing, seen, current]);
  const accept = useCallback(() => setSeen(current), [current]);
  const newer = writing && seen !== null && current !== seen ? newest : undefined;
  return { seen, newer, accept };
}
