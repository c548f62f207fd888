import { use, useEffect, useRef } from "react";

import type { CommandId } from "./commands";
import { KeysContext, type Handler } from "./KeysProvider";

/** Binds `handler` to the keys of `command` while the component is on screen. */
export function useCommand(command: CommandId, handler: Handler, active = true): void {
  const keys = use(KeysContext);
  const latest = useRef(handler);
  useEffect(() => {
    latest.current = handler;
  });
  useEffect(() => {
    if (!active || !keys) return;
    return keys.register(command, () => latest.current());
  }, [keys, command, active]);
}
