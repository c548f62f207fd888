import { Store } from "../realtime/stores";

/** Whether the dialog that begins a conversation is open. */
export const starting = new Store(false);
export const openStart = (): void => starting.set(true);
