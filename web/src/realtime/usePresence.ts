import { use, useEffect } from "react";

import { useMe } from "../api/queries";
import type { Viewer } from "./frames";
import { LiveContext } from "./LiveProvider";
import { connection, presence, useStore } from "./stores";

const NOBODY: readonly Viewer[] = [];

/** Tells the others that this ticket is open here; told again after every reconnection. */
export function useShowPresence(ticket: string, mode: Viewer["mode"]): void {
  const socket = use(LiveContext);
  const { phase } = useStore(connection);
  useEffect(() => {
    if (phase === "live") socket?.send({ type: "presence", ticket_id: ticket, mode });
  }, [socket, phase, ticket, mode]);
  useEffect(() => () => socket?.send({ type: "presence", ticket_id: null, mode: "viewing" }), [socket, ticket]);
}

/** Colleagues who have the ticket open. */
export function useOthers(ticket: string): readonly Viewer[] {
  const me = useMe().id;
  const here = useStore(presence).get(ticket) ?? NOBODY;
  return here.filter((viewer) => viewer.id !== me);
}
