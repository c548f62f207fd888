import createClient, { type Middleware } from "openapi-fetch";

import { takeEarly } from "./early";
import { Problem, problemOf } from "./problem";
import type { paths } from "./schema";

export const ROOT = "/api/v1";
const TIMEOUT_MS = 20_000;

let csrf = "";
let onSignedOut: () => void = () => undefined;

export function setCsrf(token: string): void {
  csrf = token;
}

export function csrfHeader(): Record<string, string> {
  return csrf ? { "X-CSRF-Token": csrf } : {};
}

/** `listener` is called when the session has ended under our feet. */
export function setSignedOut(listener: () => void): void {
  onSignedOut = listener;
}

/** `fetch` with a time limit; silence of the network becomes a `Problem` of status 0. */
async function boundedFetch(request: Request): Promise<Response> {
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  try {
    return (await takeEarly(request)) ?? (await fetch(request, { signal: AbortSignal.any([request.signal, limit]) }));
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw new Problem(0, "offline", "", "", null);
  }
}

const session: Middleware = {
  onRequest: ({ request }) => {
    if (request.method !== "GET") request.headers.set("X-CSRF-Token", csrf);
    return request;
  },
  onResponse: async ({ response, schemaPath }) => {
    if (response.status === 401 && schemaPath !== "/session") onSignedOut();
    if (!response.ok) throw await problemOf(response);
  },
};

export const client = createClient<paths>({
  baseUrl: ROOT,
  credentials: "same-origin",
  fetch: boundedFetch,
});
client.use(session);

/** The body of an answer; what is not 2xx has been thrown as a `Problem` before. */
export async function bodyOf<T>(call: Promise<{ data?: T | undefined }>): Promise<T> {
  const { data } = await call;
  return data as T;
}
