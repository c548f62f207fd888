import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { useMe } from "../../api/queries";
import { addMessage } from "../../realtime/apply";
import { connection, useStore } from "../../realtime/stores";
import type { Waiting } from "./box";
import { outbox } from "./pageOutbox";

/** Sends what waits whenever the line is back; used once, at the top of the inbox. */
export function useRunOutbox(): void {
  const cache = useQueryClient();
  const me = useMe().id;
  const { phase } = useStore(connection);
  useEffect(() => {
    // A browser without a database of its own keeps nothing: sending then fails aloud.
    outbox.start(me, (message) => addMessage(cache, message)).catch(() => undefined);
    return () => outbox.stop();
  }, [me, cache]);
  useEffect(() => {
    if (phase === "live") outbox.flush().catch(() => undefined);
  }, [phase]);
}

/** What waits on a ticket. */
export function useWaiting(ticket: string): readonly Waiting[] {
  return useStore(outbox.view).filter((one) => one.ticket === ticket);
}
