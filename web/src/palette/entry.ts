import type { TablerIcon } from "@tabler/icons-react";

import type { Step } from "./store";

export type GroupId = "ticket" | "tickets" | "go" | "people" | "values" | "app" | "find";

/** One line of the palette: it runs something, or asks one step further. */
export interface Entry {
  id: string;
  group: GroupId;
  label: string;
  lang?: string;
  icon?: TablerIcon;
  /** A person, shown by initials; null is nobody. */
  person?: string | null;
  /** Said beside the label, in the colour of metadata. */
  hint?: string;
  keys?: readonly string[];
  /** Found by these words too. */
  words?: string;
  /** Shown whatever is typed. */
  always?: boolean;
  /** Shown only once something is typed. */
  onDemand?: boolean;
  run?: () => void;
  into?: Step;
}
