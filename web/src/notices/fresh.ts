import type { Notice } from "../api/types";

/** What came since the list was last seen: unread ones that are new, or that happened again. */
export function freshOf(before: readonly Notice[] | undefined, now: readonly Notice[]): Notice[] {
  if (!before) return [];
  const known = new Map(before.map((one) => [one.id, one.at]));
  return now.filter((one) => !one.read && known.get(one.id) !== one.at);
}
