/** Whether key caps show ⌘ and ⌥; both chords work everywhere. */
export const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);
