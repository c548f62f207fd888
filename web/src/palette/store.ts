import { Store } from "../realtime/stores";

/** What the palette asks after its first list: the one value of a command. */
export type Step = "assign" | "status" | "priority" | "tag" | "snooze" | "team" | "language" | "theme";

/** Null: closed. Empty: every command. */
export const palette = new Store<readonly Step[] | null>(null);

export const openPalette = (...path: Step[]): void => palette.set(path);
export const closePalette = (): void => palette.set(null);
