import { use, useEffect } from "react";

import { useMe } from "../api/queries";
import type { Viewer } from "./frames";
import { LiveContext } from "./LiveProvider";
import { connection, presence, useStore } from "./stores";

const NOBODY: readonly Viewer[] = [];

/** The server forgets whoever stays silent for 50 s. */
const REPEAT_MS = 20_000;

/** Tells the others that this ticket is open here, again and again and after every reconnection. */
export function useShowPresence(ticket: string, mode: Viewer["mode"]): void {
  const socket = use(LiveContext);
  const { phase } = useStore(connection);
  useEffect(() => {
    if (phase !== "live") return;
    const tell = () => socket?.send({ type: "presence", ticket_id: ticket, mode });
    tell();
    const timer = setInterval(tell, REPEAT_MS);
    return () => clearInterval(timer);
  }, [socket, phase, ticket, mode]);
  useEffect(() => () => socket?.send({ type: "presence", ticket_id: null, mode: "viewing" }), [socket, ticket]);
}

/** Colleagues who have the ticket open. */
export function useOthers(ticket: string): readonly Viewer[] {
  const me = useMe().id;
  const here = useStore(presence).get(ticket) ?? NOBODY;
  return here.filter((viewer) => viewer.id !== me);
}
