import type { KeyboardEvent } from "react";

/** Escape closes what is open and nothing behind it: it goes no further than here. */
export const escaping = (close: () => void) => (event: KeyboardEvent) => {
  if (event.key !== "Escape" || event.nativeEvent.isComposing) return;
  event.stopPropagation();
  close();
};
