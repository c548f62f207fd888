import { Store } from "../realtime/stores";

/** Whether the sheet of shortcuts is open; a menu and a key can open it. */
export const sheetOpen = new Store(false);
export const openKeySheet = (): void => sheetOpen.set(true);
