import { use, useEffect, useRef } from "react";

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

/** Channels show for some seconds that somebody writes; the server thins this out further. */
const ANSWERING_MS = 4_000;

/** Tells the customer's channel, while words are being written, that an answer comes. */
export function useShowAnswering(conversation: string | null, words: string): void {
  const socket = use(LiveContext);
  const told = useRef({ at: 0, words });
  useEffect(() => {
    const now = Date.now();
    const grew = words.length > told.current.words.length;
    told.current.words = words;
    if (!conversation || !grew || now - told.current.at < ANSWERING_MS) return;
    told.current.at = now;
    socket?.send({ type: "answering", conversation_id: conversation });
  }, [socket, conversation, words]);
}
