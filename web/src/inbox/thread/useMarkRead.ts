import { useEffect } from "react";

import { markRead } from "../../api/calls";
import type { Ticket } from "../../api/types";

/** Opening a ticket reads it; what comes later is read while the page is in sight. */
export function useMarkRead(ticket: Ticket | undefined): void {
  const id = ticket?.id;
  const unread = ticket?.unread ?? false;
  useEffect(() => {
    if (!id || !unread) return;
    const tell = () => {
      if (document.visibilityState === "visible") markRead(id).catch(() => undefined);
    };
    tell();
    document.addEventListener("visibilitychange", tell);
    return () => document.removeEventListener("visibilitychange", tell);
  }, [id, unread]);
}
