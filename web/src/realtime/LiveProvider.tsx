import { useQueryClient } from "@tanstack/react-query";
import { createContext, useEffect, useMemo, type ReactNode } from "react";

import { ROOT } from "../api/http";
import { keys } from "../api/keys";
import { useMe } from "../api/queries";
import { useRunOutbox } from "../inbox/outbox/useOutbox";
import { LiveSocket } from "./LiveSocket";
import { receive } from "./receive";
import { connection } from "./stores";

export const LiveContext = createContext<LiveSocket | null>(null);

const address = () => `${location.origin.replace(/^http/, "ws")}${ROOT}/live`;

/** One socket for the whole app; what it says goes into the query cache. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const cache = useQueryClient();
  const me = useMe().id;

  const socket = useMemo(
    () =>
      new LiveSocket({
        open: () => new WebSocket(address()),
        random: Math.random,
        onFrame: (frame) => receive(frame, cache, me),
        onConnection: (state) => {
          connection.set(state);
          // A refused socket may mean a session that has ended: one look tells.
          if (state.phase === "offline") void cache.invalidateQueries({ queryKey: keys.session });
        },
      }),
    [cache, me],
  );

  useEffect(() => {
    const hurry = () => socket.hurry();
    const lose = () => socket.lose();
    socket.start();
    window.addEventListener("online", hurry);
    window.addEventListener("offline", lose);
    return () => {
      window.removeEventListener("online", hurry);
      window.removeEventListener("offline", lose);
      socket.stop();
    };
  }, [socket]);

  useRunOutbox();

  return <LiveContext value={socket}>{children}</LiveContext>;
}
