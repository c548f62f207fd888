import type { QueryClient } from "@tanstack/react-query";

import { signOut } from "../api/calls";
import { keys } from "../api/keys";
import type { Session } from "../api/types";
import { forgetAll } from "./forget";

/** Nothing that one agent saw is left for the next at this browser. */
export function enter(cache: QueryClient, session: Session | null): void {
  cache.removeQueries({ predicate: (query) => query.queryKey[0] !== keys.session[0] });
  forgetAll();
  cache.setQueryData(keys.session, session);
}

/** Leaves; a server that does not answer cannot keep anybody in. */
export async function signOutHere(cache: QueryClient): Promise<void> {
  await signOut().catch(() => undefined);
  enter(cache, null);
}
