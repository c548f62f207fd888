import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { markRead } from "../../api/calls";
import type { Ticket } from "../../api/types";
import { patchUnread } from "../../realtime/apply";

/** Opening a ticket reads it; what comes later is read while the page is in sight. */
export function useMarkRead(ticket: Ticket | undefined): void {
  const id = ticket?.id;
  const unread = ticket?.unread ?? false;
  const cache = useQueryClient();
  useEffect(() => {
    if (!id || !unread) return;
    const tell = () => {
      if (document.visibilityState !== "visible") return;
      markRead(id).then(() => patchUnread(cache, id, false), () => undefined);
    };
    tell();
    document.addEventListener("visibilitychange", tell);
    return () => document.removeEventListener("visibilitychange", tell);
  }, [id, unread, cache]);
}
