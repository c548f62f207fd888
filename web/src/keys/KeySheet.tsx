import { lazy, Suspense } from "react";

import { useStore } from "../realtime/stores";
import { openKeySheet, sheetOpen } from "./sheet";
import { useCommand } from "./useCommand";

const KeySheetDialog = lazy(() => import("./KeySheetDialog").then((module) => ({ default: module.KeySheetDialog })));

/** The sheet comes over the line when it is first asked for. */
export function KeySheet() {
  const open = useStore(sheetOpen);
  useCommand("sheet", openKeySheet);
  return open ? <Suspense fallback={null}><KeySheetDialog close={() => sheetOpen.set(false)} /></Suspense> : null;
}
