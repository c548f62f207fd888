import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { notifyManager, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { BrowserRouter, Navigate, Route, Routes } from "react-router";

import { setSignedOut } from "../api/http";
import { keys } from "../api/keys";
import { Problem } from "../api/problem";
import { InboxPage } from "../inbox/InboxPage";
import { Notices } from "../notices/Notices";
import { resolveVariables, theme } from "../theme/mantine";
import { ErrorBoundary } from "./ErrorBoundary";
import { Gate } from "./Gate";

const SettingsPage = lazy(() => import("../settings/SettingsPage").then((module) => ({ default: module.SettingsPage })));

const MOST_TRIES = 3;

// What changed is shown before anybody can look again: a box that was just ticked is never seen empty.
notifyManager.setScheduler(queueMicrotask);

const cache = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      refetchOnWindowFocus: false,
      // Only silence and faults of the server are worth a second try.
      retry: (failures, error) =>
        failures < MOST_TRIES && (!(error instanceof Problem) || error.silent || error.status >= 500),
    },
    mutations: { networkMode: "always" },
  },
});
setSignedOut(() => cache.setQueryData(keys.session, null));

const colorScheme = localStorageColorSchemeManager({ key: "parley.theme" });

export function App() {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={resolveVariables}
      colorSchemeManager={colorScheme}
      defaultColorScheme="auto"
    >
      <QueryClientProvider client={cache}>
        <ErrorBoundary>
          <BrowserRouter basename="/app">
            <Gate>
              <Notices />
              <Routes>
                <Route path="/settings/:section?" element={<Suspense fallback={null}><SettingsPage /></Suspense>} />
                <Route path="/:kind/:key/:ticket?" element={<InboxPage />} />
                <Route path="*" element={<Navigate to="/view/mine" replace />} />
              </Routes>
            </Gate>
          </BrowserRouter>
        </ErrorBoundary>
      </QueryClientProvider>
    </MantineProvider>
  );
}
