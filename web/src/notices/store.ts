import { onForget } from "../app/forget";
import { Store } from "../realtime/stores";

/** How many are unread, as the live line last said. */
export const unread = new Store(0);
export const noticesOpen = new Store(false);

onForget(() => {
  unread.set(0);
  noticesOpen.set(false);
});
