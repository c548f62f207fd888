import { readFileSync } from "node:fs";

import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { forgetAll } from "../app/forget";

const script = readFileSync("public/early.js", "utf8");
const answers = vi.fn<(url: string) => Response>();
const json = (body: object, status = 200) => new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });

/** As the browser has it: addresses are relative to the page. */
class Relative extends Request {
  constructor(input: string | URL | Request, init?: RequestInit) {
    super(input instanceof Request ? input : new URL(input, location.href), init);
  }
}

const fetched: string[] = [];
beforeEach(() => {
  fetched.length = 0;
  answers.mockImplementation((url) => json({ asked: url }));
  vi.stubGlobal("Request", Relative);
  vi.stubGlobal("fetch", (input: string | Request) => {
    const { pathname, search } = new URL(input instanceof Request ? input.url : input, location.href);
    fetched.push(pathname + search);
    return Promise.resolve(answers(pathname + search));
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

async function openAt(address: string) {
  history.replaceState({}, "", address);
  new Function(script)();
  await new Promise((done) => setTimeout(done));
  return import("./calls");
}
const { signal } = new AbortController();

test.each([
  ["/app/", { view: "mine", sort: "activity" }],
  ["/app/view/unassigned", { view: "unassigned", sort: "activity" }],
  ["/app/view/open/tk_1?sort=waiting", { view: "open", sort: "waiting" }],
  ["/app/saved/vw_1?sort=created", { view: "vw_1", sort: "created" }],
  ["/app/inbox/ib_1", { inbox_id: "ib_1", view: "open", sort: "activity" }],
] as const)("at %s the app takes up what was asked for before it, once", async (address, query) => {
  const { listTickets, listViews, readSession } = await openAt(address);
  const early = [...fetched];
  expect(early).toHaveLength(3);
  const first = await Promise.all([readSession(), listTickets(query, signal), listViews()]);
  expect(fetched).toEqual(early);
  expect(first.map((one) => (one as unknown as { asked: string }).asked).toSorted()).toEqual(early.toSorted());
  await listTickets(query, signal);
  expect(fetched).toHaveLength(4);
});

test("who is not signed in is asked for once, and for nothing else", async () => {
  answers.mockImplementation(() => json({}, 401));
  const { listTickets, readSession } = await openAt("/app/view/mine");
  expect(fetched).toEqual(["/api/v1/session"]);
  await expect(readSession()).rejects.toThrow();
  answers.mockImplementation(() => json({}));
  await listTickets({ view: "mine", sort: "activity" }, signal);
  expect(fetched).toEqual(["/api/v1/session", "/api/v1/tickets?view=mine&sort=activity"]);
});

test("what was asked for one agent is not taken up by the next", async () => {
  const { listTickets } = await openAt("/app/view/mine");
  forgetAll();
  await listTickets({ view: "mine", sort: "activity" }, signal);
  expect(fetched.filter((url) => url.includes("/tickets"))).toHaveLength(2);
});

test("an answer that was left lying is of the past", async () => {
  const { listTickets } = await openAt("/app/view/mine");
  vi.spyOn(performance, "now").mockReturnValue(11_000);
  await listTickets({ view: "mine", sort: "activity" }, signal);
  expect(fetched.filter((url) => url.includes("/tickets"))).toHaveLength(2);
});

test("a saved view's own order, the settings and a search are not guessed at", async () => {
  await openAt("/app/saved/vw_1");
  await openAt("/app/settings/keys");
  await openAt("/app/search/open?q=stove");
  expect(fetched.filter((url) => url.includes("/tickets"))).toEqual([]);
});
