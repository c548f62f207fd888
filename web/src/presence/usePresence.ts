import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";

import { listPresence, sayPresence } from "../api/calls";
import { keys } from "../api/keys";
import { useMe } from "../api/queries";
import type { PresenceState } from "../api/types";

/** The server takes who stays silent for gone after 150 s. */
const SAY_MS = 60_000;

/** Who is there, by agent. */
export const usePresenceOf = () =>
  useQuery({ queryKey: keys.presence, queryFn: listPresence, staleTime: 60_000, select: (page) => new Map(page.items.map((one) => [one.agent_id, one.state])) });

export function useMyState(): PresenceState | undefined {
  const me = useMe().id;
  return usePresenceOf().data?.get(me);
}

/** Chooses a state; it stays until another is chosen. */
export function useSayState(): (state: "online" | "busy" | "away") => void {
  const cache = useQueryClient();
  return (state) => void sayPresence({ state, active: true }).then(() => cache.invalidateQueries({ queryKey: keys.presence }), () => undefined);
}

/** Says now and then that this page is open, and whether anybody is at it. */
export function useHeartbeat(): void {
  const touched = useRef(true);
  useEffect(() => {
    const touch = () => (touched.current = true);
    const say = () => {
      const active = touched.current;
      touched.current = false;
      void sayPresence({ state: null, active }).catch(() => undefined);
    };
    say();
    const timer = setInterval(say, SAY_MS);
    window.addEventListener("keydown", touch);
    window.addEventListener("pointermove", touch, { passive: true });
    return () => {
      clearInterval(timer);
      window.removeEventListener("keydown", touch);
      window.removeEventListener("pointermove", touch);
    };
  }, []);
}
