import { useEffect, type ReactNode } from "react";

import { setCsrf } from "../api/http";
import { Problem } from "../api/problem";
import { useSession } from "../api/queries";
import { SessionContext } from "../api/SessionContext";
import { KeysProvider } from "../keys/KeysProvider";
import { LoginPage } from "../login/LoginPage";
import { ErrorPane } from "../parts/ErrorPane";
import { useHeartbeat } from "../presence/usePresence";
import { LiveProvider } from "../realtime/LiveProvider";
import { usePreferencesHere } from "./myPreferences";
import { ToastProvider } from "./ToastProvider";

/** Signed in: the app with its live line. Not signed in: the door; the address is kept for afterwards. */
export function Gate({ children }: { children: ReactNode }) {
  const { data: session, error, refetch } = useSession();
  if (session) setCsrf(session.csrf_token);
  useEffect(() => {
    if (session) document.title = "Parley";
  }, [session]);

  if (error instanceof Problem && session === undefined) {
    return <ErrorPane what="session" error={error} retry={() => void refetch()} />;
  }
  if (session === undefined) return null;
  if (session === null) return <LoginPage />;
  return (
    <SessionContext value={session}>
      <KeysProvider>
        <LiveProvider>
          <ToastProvider>
            <SignedIn>{children}</SignedIn>
          </ToastProvider>
        </LiveProvider>
      </KeysProvider>
    </SessionContext>
  );
}

function SignedIn({ children }: { children: ReactNode }) {
  usePreferencesHere();
  useHeartbeat();
  return children;
}
