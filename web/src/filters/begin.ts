import type { Scope } from "../app/scope";
import { tokenOf, type Named } from "./line";

const AWAKE = "-is:snoozed";
const LINES: Partial<Record<string, string>> = {
  mine: `is:mine ${AWAKE}`,
  unassigned: `is:unassigned ${AWAKE}`,
  waiting: "is:waiting",
  held: "is:held",
  snoozed: "is:snoozed",
  open: AWAKE,
  solved: "-is:open",
};

/** The line that stands for a list, so that filters narrow it; null where no line says what is in it. */
export function lineOf(scope: Scope, inboxes: readonly Named[]): string | null {
  if (scope.kind === "search") return scope.q;
  if (scope.kind === "view") return LINES[scope.key] ?? null;
  if (scope.kind === "saved") return null;
  const inbox = inboxes.find((one) => one.value === scope.key);
  const token = inbox ? tokenOf(inbox, inboxes) : scope.key;
  return `inbox:${/\s/.test(token) ? `"${token}"` : token} ${AWAKE}`;
}
