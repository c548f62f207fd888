import { lazy, Suspense, useEffect } from "react";

import { useStore } from "../realtime/stores";
import { closePalette, openPalette, palette } from "./store";

const PaletteDialog = lazy(() => import("./PaletteDialog").then((module) => ({ default: module.PaletteDialog })));

/** The one chord of the app: asked for everywhere, also while one types. */
function useChord(): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const asked = (event.metaKey || event.ctrlKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k";
      if (!asked || event.defaultPrevented || event.isComposing) return;
      event.preventDefault();
      if (palette.get()) closePalette();
      else if (!document.querySelector("dialog[open]")) openPalette();
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
}

export function Palette() {
  const path = useStore(palette);
  useChord();
  useEffect(() => closePalette, []);
  return path ? <Suspense fallback={null}><PaletteDialog path={path} /></Suspense> : null;
}
