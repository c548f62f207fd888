import type { Schemas } from "../api/types";
import { Store } from "../realtime/stores";

/** The ticket of which the new one is to be a child. */
export type Parent = Pick<Schemas["TicketRow"], "id" | "number" | "subject" | "inbox_id">;

/** What the dialog that begins a conversation begins; null while it is closed. */
export const starting = new Store<{ parent: Parent | null } | null>(null);
export const openStart = (): void => starting.set({ parent: null });
export const openChild = (parent: Parent): void => starting.set({ parent });
