/** What the composer may do to the field one writes in, plain or rich. */
export interface Pen {
  element: () => HTMLElement | null;
  focus: () => void;
  /** Puts words where the caret is, in place of the last `over` signs before it. */
  insert: (text: string, over?: number) => void;
  /** Shows an upload in the text; only a rich pen can. */
  picture?: (upload: string, name: string) => void;
}

export type Chord = "send" | "solved" | "waiting" | "leave" | null;

interface Key {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  isComposing: boolean;
}

/** What a key means to either pen: Enter alone is a new line, with Ctrl or ⌘ it sends. */
export function chordOf(event: Key): Chord {
  if (event.isComposing) return null;
  if (event.key === "Escape") return "leave";
  if (event.key !== "Enter") return null;
  if (event.altKey) return "waiting";
  if (!event.ctrlKey && !event.metaKey) return null;
  return event.shiftKey ? "solved" : "send";
}
