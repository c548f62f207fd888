/** Whether key caps show ⌘ and ⌥; both chords work everywhere. */
const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** The composer's chords as their key caps show them. */
export const CHORDS = isMac
  ? ({ send: "⌘⏎", sendSolve: "⌘⇧⏎", sendWait: "⌥⏎" } as const)
  : ({ send: "Ctrl ⏎", sendSolve: "Ctrl ⇧ ⏎", sendWait: "Alt ⏎" } as const);
