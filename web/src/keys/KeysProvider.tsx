import { createContext, useEffect, useMemo, useRef, type ReactNode } from "react";

import { usePreference } from "../app/preferences";
import type { CommandId } from "./commands";
import { boundCommands } from "./keymap";
import { match, pressOf } from "./match";

export type Handler = () => void;

export interface Keys {
  register: (command: CommandId, handler: Handler) => () => void;
}

export const KeysContext = createContext<Keys | null>(null);

const SEQUENCE_MS = 1500;
/** Escape belongs to whatever is open; a dialog keeps every key to itself. One that fades out is open no more. */
const dialogOpen = () => document.querySelector("dialog[open], [aria-haspopup][aria-expanded=true]") !== null;

export function KeysProvider({ children }: { children: ReactNode }) {
  const handlers = useRef(new Map<CommandId, Handler[]>());
  const [enabled] = usePreference("keys");
  const [keymap] = usePreference("keymap");

  const keys = useMemo<Keys>(() => {
    const table = handlers.current;
    return {
      register: (command, handler) => {
        table.set(command, [...(table.get(command) ?? []), handler]);
        return () => table.set(command, (table.get(command) ?? []).filter((one) => one !== handler));
      },
    };
  }, []);

  useEffect(() => {
    if (enabled === "off") return;
    const commands = boundCommands(keymap);
    let pending: readonly string[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    // Asked before anybody has heard the key: a menu that Escape closes is closed when it comes here.
    let over = false;
    const look = () => {
      over = dialogOpen();
    };
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.repeat && event.key !== "j" && event.key !== "k") return;
      if (over || dialogOpen()) return;
      const outcome = match(pending, pressOf(event), commands);
      pending = outcome.pending;
      clearTimeout(timer);
      timer = setTimeout(() => (pending = []), SEQUENCE_MS);
      const handler = outcome.command && handlers.current.get(outcome.command)?.at(-1);
      if (!handler) return;
      event.preventDefault();
      handler();
    };
    window.addEventListener("keydown", look, true);
    window.addEventListener("keydown", listen);
    return () => {
      window.removeEventListener("keydown", look, true);
      window.removeEventListener("keydown", listen);
      clearTimeout(timer);
    };
  }, [enabled, keymap]);

  return <KeysContext value={keys}>{children}</KeysContext>;
}
