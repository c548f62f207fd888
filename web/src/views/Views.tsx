import { lazy, Suspense } from "react";

import { useStore } from "../realtime/stores";
import { editing } from "./store";

const ViewDialog = lazy(() => import("./ViewDialog").then((module) => ({ default: module.ViewDialog })));

/** The editor of views, when it is asked for. */
export function Views() {
  const what = useStore(editing);
  return what ? <Suspense fallback={null}><ViewDialog what={what} /></Suspense> : null;
}
