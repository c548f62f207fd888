import { lazy, Suspense } from "react";

import { useInboxes } from "../api/queries";
import type { Inbox } from "../api/types";
import { useMay } from "../app/useMay";
import { useCommand } from "../keys/useCommand";
import { useStore } from "../realtime/stores";
import { openStart, starting } from "./store";

const StartDialog = lazy(() => import("./StartDialog").then((module) => ({ default: module.StartDialog })));

/** The inboxes that can write to somebody first. */
export function useStarters(): readonly Inbox[] {
  const { data: inboxes } = useInboxes();
  const mayStart = useMay()("start");
  return (mayStart ? (inboxes ?? []) : []).filter((inbox) => inbox.active && inbox.capabilities.start);
}

/** Only where there is an inbox to write from. */
export function Start() {
  const open = useStore(starting);
  const inboxes = useStarters();
  useCommand("compose", openStart, inboxes.length > 0);
  return open && inboxes.length > 0 ? <Suspense fallback={null}><StartDialog inboxes={inboxes} parent={open.parent} /></Suspense> : null;
}
