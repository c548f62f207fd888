// A stand-in for the gateway while pages are being drawn: `npm run dev:mock`. Not part of any build.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Plugin } from "vite";
import { WebSocketServer, type WebSocket } from "ws";

import type { Draft, TicketRow } from "../src/api/types";
import { agents, eventsOf, full, inboxes, message, messagesOf, rows } from "./data.ts";

const me = agents[0] as (typeof agents)[number];
const drafts = new Map<string, Draft>();
const clients = new Set<WebSocket>();
let seq = 1;

type Body = Record<string, unknown>;
type Answer = [status: number, body: unknown];
interface Ask { path: RegExpMatchArray; query: URLSearchParams; body: Body }

const emit = (frame: object) => {
  seq += 1;
  for (const socket of clients) socket.send(JSON.stringify({ seq, ...frame }));
};
const open = (row: TicketRow) => ["new", "open", "waiting", "held"].includes(row.status);
const VIEWS: Record<string, (row: TicketRow) => boolean> = {
  mine: (row) => row.assignee?.id === me.id && open(row),
  unassigned: (row) => row.assignee === null && open(row),
  mentions: (row) => row.mentioned.includes(me.id),
  snoozed: (row) => row.snooze !== null,
  held: (row) => row.status === "held",
  waiting: (row) => row.status === "waiting",
  open,
  solved: (row) => row.status === "solved" || row.status === "closed",
  all: () => true,
};
const views = () => Object.entries(VIEWS).map(([id, fits]) => ({ id, count: ["solved", "all"].includes(id) ? null : rows.filter(fits).length }));

function paged<T>(items: T[], query: URLSearchParams, size = 50): Answer {
  const from = Number(query.get("cursor") ?? 0);
  const page = items.slice(from, from + size);
  return [200, { items: page, next_cursor: from + size < items.length ? String(from + size) : null }];
}
const ticketOf = (id: string | undefined) => rows.find((row) => row.id === id) ?? (rows[0] as TicketRow);
function touch(row: TicketRow, change: Partial<TicketRow>, actor: string, kind = "ticket.changed"): TicketRow {
  Object.assign(row, change, { version: row.version + 1, updated_at: new Date().toISOString() });
  emit({ type: "ticket", ticket: row, events: [kind], actor_id: actor });
  emit({ type: "views", items: views(), saved: [] });
  return row;
}

function post(row: TicketRow, direction: "out" | "note", body: Body): Answer {
  const undo = new Date(Date.now() + 10_000).toISOString();
  const sent = message(row, direction, String(body.text), 0, {
    conversation_id: String(body.conversation_id ?? ""),
    delivery: direction === "note" ? null : { state: "queued", reason: "", changed_at: new Date().toISOString(), undo_until: undo, send_at: null, unless_they_write: false, recipients: [] },
  });
  messagesOf(row).push(sent);
  emit({ type: "message", ticket_id: row.id, message: sent });
  touch(row, { activity_at: sent.occurred_at, snippet: sent.text, waiting_since: null, ...(body.then ? { status: body.then as TicketRow["status"] } : {}) }, me.id);
  if (direction === "out") setTimeout(() => {
    if (sent.delivery?.state !== "queued") return;
    sent.delivery = { state: "delivered", reason: "", changed_at: new Date().toISOString(), undo_until: null, send_at: null, unless_they_write: false, recipients: [] };
    emit({ type: "delivery", ticket_id: row.id, message_id: sent.id, delivery: sent.delivery });
  }, 11_000);
  return [201, sent];
}

function patch(row: TicketRow, body: Body): Answer {
  const { assignee_id: owner, version: _, ...rest } = body;
  const agent = agents.find((one) => one.id === owner);
  const told = owner === undefined ? rest : { assignee_id: owner, ...rest };
  const change = owner === undefined ? rest : { ...rest, assignee: agent ? { id: agent.id, name: agent.name, initials: agent.initials } : null };
  for (const [field, after] of Object.entries(told))
    eventsOf(row).push({ id: `e-${seq}-${field}`, kind: "ticket.changed", at: new Date().toISOString(), actor: { kind: "agent", id: me.id, name: me.name }, changes: [{ field, before: null, after: after === null ? null : String(after) }], message_id: null, why: "" });
  return [200, full(touch(row, change as Partial<TicketRow>, me.id))];
}

function search(query: URLSearchParams): Answer {
  const q = (query.get("q") ?? "").toLowerCase();
  const hits = rows.filter((row) => `${row.subject} ${row.snippet} ${row.contact.name} #${row.number}`.toLowerCase().includes(q)).map((ticket) => {
    const at = ticket.snippet.toLowerCase().indexOf(q);
    return { ticket, message_id: null, snippet: at < 0 ? ticket.subject : ticket.snippet, marks: at < 0 ? [] : [[at, at + q.length]], field: "message" };
  });
  return paged(hits, query);
}

const findMessage = (id: string | undefined) => {
  for (const row of rows) for (const one of messagesOf(row)) if (one.id === id) return one;
  throw new Error("no such message");
};
const setDelivery = (id: string | undefined, state: "cancelled" | "queued" | "sent" | "failed"): Answer => {
  const one = findMessage(id);
  one.delivery = { state, reason: "", changed_at: new Date().toISOString(), undo_until: null, send_at: null, unless_they_write: false, recipients: [] };
  emit({ type: "delivery", ticket_id: one.ticket_id, message_id: one.id, delivery: one.delivery });
  return [200, one];
};
const emptyDraft: Draft = { text: "", html: null, cc: null, bcc: null, conversation_id: null, rev: 0, updated_at: new Date(0).toISOString() };
const session = { agent: me, csrf_token: "mock", permissions: [], fields: {}, site: { name: "Halden", version: "0.1.0", demo: true } };

const stamp = new Date(0).toISOString();
const view = (id: string, name: string, reach: string, count: number) => ({ id, name, reach, team_id: "", owner_id: me.id, scope: "open", all_of: [{ op: "one_of", field: "tag", values: ["stove"] }, { op: "around", field: "created", from_h: -168, to_h: null }], any_of: [], sort: "waiting", columns: [], position: 0, count, broken: null, editable: true, version: 1, created_at: stamp, updated_at: stamp });
const saved = [view("v-1", "Warranty EU", "personal", 9), view("v-2", "Product safety", "personal", 3), view("v-3", "Wholesale", "team", 6)];
const alert = { page: true, desktop: false, sound: false };
let preferences: Body = {
  language: "", theme: "system", time_zone: "", send_action: "send", keys: { on: true, remapped: {} },
  alerts: { mention: alert, assigned: alert, news: alert, send_failed: alert, woke: alert, not_sent: alert },
  quiet: { on: false, days: [1, 2, 3, 4, 5], begins: "18:00", ends: "08:00" },
};

const ROUTES: [string, RegExp, (ask: Ask) => Answer][] = [
  ["GET", /^\/session$/, () => [200, session]],
  ["POST", /^\/session$/, ({ body }) => (body.password === "wrong" ? [401, { title: "Unauthorized", status: 401 }] : [200, session])],
  ["DELETE", /^\/session$/, () => [204, null]],
  ["GET", /^\/me\/preferences$/, () => [200, preferences]],
  ["PUT", /^\/me\/preferences$/, ({ body }) => [200, (preferences = body)]],
  ["GET", /^\/agents$/, () => [200, { items: agents }]],
  ["GET", /^\/presence$/, () => [200, { items: agents.map((one) => ({ agent_id: one.id, state: "online", on_shift: true, since: null })) }]],
  ["PUT", /^\/me\/presence$/, () => [200, {}]],
  ["GET", /^\/notifications$/, () => [200, { items: [], unread: 0 }]],
  ["GET", /^\/search\/suggest$/, () => [200, { items: [] }]],
  ["GET", /^\/teams$/, () => [200, { items: [] }]],
  ["GET", /^\/inboxes$/, () => [200, { items: inboxes }]],
  ["GET", /^\/views$/, () => [200, { items: views(), saved }]],
  ["GET", /^\/views\/fields$/, () => [200, { items: [{ name: "status", kind: "choice", ops: ["one_of", "none_of"] }, { name: "tag", kind: "choice", ops: ["one_of", "none_of", "is_set"] }, { name: "created", kind: "date", ops: ["around", "dated"] }, { name: "subject", kind: "text", ops: ["contains"] }] }]],
  ["GET", /^\/tickets$/, ({ query }) => paged(rows.filter((row) => (query.get("inbox_id") ? row.inbox_id === query.get("inbox_id") && open(row) : VIEWS[query.get("view") ?? "open"]?.(row))), query)],
  ["GET", /^\/search$/, ({ query }) => search(query)],
  ["GET", /^\/tickets\/([^/]+)$/, ({ path }) => [200, full(ticketOf(path[1]))]],
  ["PATCH", /^\/tickets\/([^/]+)$/, ({ path, body }) => patch(ticketOf(path[1]), body)],
  ["POST", /^\/tickets\/([^/]+)\/read$/, ({ path }) => (touch(ticketOf(path[1]), { unread: false }, me.id), [204, null])],
  ["GET", /^\/tickets\/([^/]+)\/messages$/, ({ path, query }) => paged([...messagesOf(ticketOf(path[1]))].reverse(), query)],
  ["GET", /^\/tickets\/([^/]+)\/events$/, ({ path, query }) => paged([...eventsOf(ticketOf(path[1]))].reverse(), query)],
  ["POST", /^\/tickets\/([^/]+)\/replies$/, ({ path, body }) => post(ticketOf(path[1]), "out", body)],
  ["POST", /^\/tickets\/([^/]+)\/notes$/, ({ path, body }) => post(ticketOf(path[1]), "note", body)],
  ["POST", /^\/messages\/([^/]+)\/undo$/, ({ path }) => setDelivery(path[1], "cancelled")],
  ["POST", /^\/messages\/([^/]+)\/retry$/, ({ path }) => setDelivery(path[1], "queued")],
  ["POST", /^\/messages\/([^/]+)\/resolve$/, ({ path, body }) => setDelivery(path[1], body.state as "sent" | "failed")],
  ["GET", /^\/tickets\/([^/]+)\/texts$/, () => [200, { signature: "Mira Okafor\nHalden Support", templates: [{ name: "Return label", text: "Please print the label and hand the parcel in at any post office." }] }]],
  ["GET", /^\/tickets\/([^/]+)\/drafts\/(\w+)$/, ({ path }) => [200, drafts.get(path[0]) ?? emptyDraft]],
  ["PUT", /^\/tickets\/([^/]+)\/drafts\/(\w+)$/, ({ path, body }) => {
    const rev = (drafts.get(path[0])?.rev ?? 0) + 1;
    const draft = { ...(body as unknown as Draft), rev, updated_at: new Date().toISOString() };
    drafts.set(path[0], draft);
    return [200, draft];
  }],
  ["DELETE", /^\/tickets\/([^/]+)\/drafts\/(\w+)$/, ({ path }) => (drafts.delete(path[0]), [204, null])],
  ["POST", /^\/uploads$/, ({ query }) => [201, { id: `u-${Date.now()}`, name: query.get("name"), media_type: "application/pdf", size: 61_000, kind: "file" }]],
  // Lets a person or a test play the customer: POST /mock/say?ticket=t-3 {text}
  ["POST", /^\/mock\/say$/, ({ query, body }) => {
    const row = ticketOf(query.get("ticket") ?? undefined);
    const said = message(row, "in", String(body.text), 0);
    messagesOf(row).push(said);
    emit({ type: "message", ticket_id: row.id, message: said });
    touch(row, { activity_at: said.occurred_at, waiting_since: said.occurred_at, snippet: said.text, unread: true }, row.contact.id, "message.received");
    return [200, said];
  }],
];

async function bodyOf(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  try { return JSON.parse(Buffer.concat(chunks).toString()) as Body; } catch { return {}; }
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://localhost");
  const local = url.pathname.replace(/^\/api\/v1/, "");
  if (/\/html$/.test(local)) {
    response.setHeader("Content-Type", "text/html");
    response.end("<!doctype html><style>body{margin:0;font:14px/1.5 sans-serif}</style><p>Hello, my Ember 2 stove smells of gas at the valve even when it is closed.</p><p>I leave for the <b>Dolomites</b> on Friday.</p>");
    return;
  }
  const body = await bodyOf(request);
  for (const [method, pattern, handle] of ROUTES) {
    const path = local.match(pattern);
    if (method !== request.method || !path) continue;
    const [status, value] = handle({ path, query: url.searchParams, body });
    response.writeHead(status, { "Content-Type": "application/json", "X-Request-Id": "7f2c-41b9" });
    response.end(status === 204 ? undefined : JSON.stringify(value));
    return;
  }
  response.writeHead(404, { "Content-Type": "application/problem+json" });
  response.end(JSON.stringify({ title: "Not Found", status: 404, detail: "", request_id: "7f2c-41b9" }));
}

export function mockGateway(): Plugin {
  return {
    name: "mock-gateway",
    apply: "serve",
    configureServer(server) {
      const sockets = new WebSocketServer({ noServer: true });
      server.httpServer?.on("upgrade", (request, socket, head) => {
        if (!request.url?.startsWith("/api/v1/live")) return;
        sockets.handleUpgrade(request, socket, head, (client) => {
          clients.add(client);
          client.on("close", () => clients.delete(client));
          client.on("message", (data) => { if (String(data).includes("ping")) client.send('{"type":"pong"}'); });
          client.send(JSON.stringify({ type: "hello", seq, server_time: new Date().toISOString() }));
        });
      });
      server.middlewares.use((request, response, next) => {
        if (request.url?.startsWith("/api/v1/")) void answer(request, response);
        else next();
      });
    },
  };
}
