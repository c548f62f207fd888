import { createContext, use } from "react";

import type { Session } from "./types";

/** Who is signed in, for all below the sign-in gate: a row or a message need not each watch the query cache for it. */
export const SessionContext = createContext<Session | null>(null);

export const useSignedIn = (): Session | null => use(SessionContext);
