import { onForget } from "../app/forget";

declare global {
  interface Window {
    /** What early.js asked for, by address; null where it did not ask after all. */
    parleyEarly?: Record<string, Promise<Response | null>>;
  }
}

/** An answer that nobody took up by then is of the past. */
const FRESH_MS = 10_000;

/** The answer to a question that was asked before the app was there; each is taken up once. */
export async function takeEarly(request: Request): Promise<Response | null> {
  const { pathname, search } = new URL(request.url);
  const name = pathname + search;
  const answer = window.parleyEarly?.[name];
  if (request.method !== "GET" || !answer) return null;
  delete window.parleyEarly?.[name];
  if (performance.now() > FRESH_MS) return null;
  return answer.catch(() => null);
}

// What was asked for one agent is not for the next.
onForget(() => {
  window.parleyEarly = {};
});
