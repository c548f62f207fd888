/** Whether key caps show ⌘ and ⌥; both chords work everywhere. */
export const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** Chords as their key caps show them: the composer's, and the palette's. */
export const CHORDS = isMac
  ? ({ send: "⌘⏎", sendSolve: "⌘⇧⏎", sendWait: "⌥⏎", palette: "⌘K" } as const)
  : ({ send: "Ctrl ⏎", sendSolve: "Ctrl ⇧ ⏎", sendWait: "Alt ⏎", palette: "Ctrl K" } as const);
