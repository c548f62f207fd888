import { useMemo, useState } from "react";

import type { TicketRow } from "../api/types";
import { rank, type Ranked } from "./rank";
import type { Step } from "./store";
import { useRootEntries } from "./useRootEntries";
import { useValueEntries } from "./useValueEntries";

/** What is typed, what fits it, and which line Enter would take. */
export function usePaletteList(step: Step | undefined, targets: readonly TicketRow[]) {
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const root = useRootEntries(targets, typed);
  const values = useValueEntries(targets, typed);
  const lines: Ranked[] = useMemo(() => rank(step ? values[step]() : root(), typed), [step, values, root, typed]);
  const type = (text: string) => {
    setTyped(text);
    setAt(0);
  };
  const here = Math.min(at, Math.max(0, lines.length - 1));
  const move = (by: number) => setAt((here + by + lines.length) % Math.max(1, lines.length));
  return { typed, type, lines, here, setAt, move };
}
