import { bodyOf, client, csrfHeader, ROOT } from "./http";
import { Problem, problemOf } from "./problem";
import type { BulkChange, BulkSelection, Draft, Mode, NewTicket, NewView, Preferences, PresenceChange, ReplyBody, TicketPatch, Upload, ViewChange } from "./types";

/** One function per call that the inbox makes; nothing else in the app knows paths. */
const id = (value: string) => ({ path: { id: value } });
const once = (key: string) => ({ header: { "Idempotency-Key": key } });

export type Sort = "activity" | "waiting" | "created";

export const readSession = () => bodyOf(client.GET("/session"));
export const signIn = (email: string, password: string) =>
  bodyOf(client.POST("/session", { body: { email, password } }));
export const signOut = () => bodyOf(client.DELETE("/session"));

export const listNotices = () => bodyOf(client.GET("/notifications"));
export const readNotices = (ids: string[] | null) => bodyOf(client.POST("/notifications/read", { body: { ids } }));

export const readPreferences = () => bodyOf(client.GET("/me/preferences"));
export const writePreferences = (body: Preferences) => bodyOf(client.PUT("/me/preferences", { body }));

export const listAgents = () => bodyOf(client.GET("/agents"));
export const listTeams = () => bodyOf(client.GET("/teams"));
export const listInboxes = () => bodyOf(client.GET("/inboxes"));
export const listViews = () => bodyOf(client.GET("/views"));

export const listViewFields = () => bodyOf(client.GET("/views/fields"));
export const createView = (key: string, body: NewView) => bodyOf(client.POST("/views", { params: once(key), body }));
export const changeView = (view: string, body: ViewChange) =>
  bodyOf(client.PUT("/views/{id}", { params: id(view), body }));
export const deleteView = (view: string) => bodyOf(client.DELETE("/views/{id}", { params: id(view) }));

export const listTickets = (
  query: { view?: string; inbox_id?: string; sort?: Sort; cursor?: string },
  signal: AbortSignal,
) => bodyOf(client.GET("/tickets", { params: { query }, signal }));

export const searchTickets = (
  query: { q: string; scope: "open" | "all"; cursor?: string },
  signal: AbortSignal,
) => bodyOf(client.GET("/search", { params: { query }, signal }));

export const startConversation = (key: string, body: NewTicket) =>
  bodyOf(client.POST("/tickets", { params: once(key), body }));

export const suggestSearch = (q: string, signal: AbortSignal) =>
  bodyOf(client.GET("/search/suggest", { params: { query: { q } }, signal }));

export const listPresence = () => bodyOf(client.GET("/presence"));
export const sayPresence = (body: PresenceChange) => bodyOf(client.PUT("/me/presence", { body }));

export const readTicket = (ticket: string, signal?: AbortSignal) =>
  bodyOf(client.GET("/tickets/{id}", { params: id(ticket), signal }));
export const changeTicket = (ticket: string, body: TicketPatch) =>
  bodyOf(client.PATCH("/tickets/{id}", { params: id(ticket), body: { force: false, ...body } }));
export const startBulk = (selection: BulkSelection, change: BulkChange) =>
  bodyOf(client.POST("/bulk", { body: { selection, change: { force: false, ...change } } }));
export const readBulk = (job: string) => bodyOf(client.GET("/bulk/{id}", { params: id(job) }));
export const cancelBulk = (job: string) => bodyOf(client.POST("/bulk/{id}/cancel", { params: id(job) }));

export const snoozeTicket = (ticket: string, until: string | null) =>
  bodyOf(client.PUT("/tickets/{id}/snooze", { params: id(ticket), body: { until } }));
export const wakeTicket = (ticket: string) => bodyOf(client.DELETE("/tickets/{id}/snooze", { params: id(ticket) }));
const follower = (ticket: string, agent: string) => ({ path: { id: ticket, agent_id: agent } });
export const followTicket = (ticket: string, agent: string) =>
  bodyOf(client.PUT("/tickets/{id}/followers/{agent_id}", { params: follower(ticket, agent) }));
export const unfollowTicket = (ticket: string, agent: string) =>
  bodyOf(client.DELETE("/tickets/{id}/followers/{agent_id}", { params: follower(ticket, agent) }));
export const markRead = (ticket: string) => bodyOf(client.POST("/tickets/{id}/read", { params: id(ticket) }));
export const joinTicket = (ticket: string, target: string) =>
  bodyOf(client.POST("/tickets/{id}/join", { params: id(ticket), body: { target_id: target } }));

export const listMessages = (ticket: string, cursor: string | undefined, signal: AbortSignal) =>
  bodyOf(client.GET("/tickets/{id}/messages", { params: { ...id(ticket), query: { cursor } }, signal }));
export const listEvents = (ticket: string, cursor: string | undefined, signal: AbortSignal) =>
  bodyOf(client.GET("/tickets/{id}/events", { params: { ...id(ticket), query: { cursor } }, signal }));

export const sendReply = (ticket: string, key: string, body: ReplyBody) =>
  bodyOf(client.POST("/tickets/{id}/replies", { params: { ...id(ticket), ...once(key) }, body }));
export const addNote = (ticket: string, key: string, text: string, mentions: string[]) =>
  bodyOf(client.POST("/tickets/{id}/notes", { params: { ...id(ticket), ...once(key) }, body: { text, mentions } }));

export const readReplyTexts = (ticket: string, conversation: string, signal: AbortSignal) =>
  bodyOf(client.GET("/tickets/{id}/texts", { params: { ...id(ticket), query: { conversation_id: conversation } }, signal }));

export const listApproved = (inbox: string, signal: AbortSignal) =>
  bodyOf(client.GET("/inboxes/{id}/templates", { params: id(inbox), signal }));

export const undoSend = (message: string) => bodyOf(client.POST("/messages/{id}/undo", { params: id(message) }));
export const retrySend = (message: string) => bodyOf(client.POST("/messages/{id}/retry", { params: id(message) }));
export const resolveSend = (message: string, state: "sent" | "failed") =>
  bodyOf(client.POST("/messages/{id}/resolve", { params: id(message), body: { state } }));

export const editMessage = (message: string, key: string, text: string) =>
  bodyOf(client.POST("/messages/{id}/edits", { params: { ...id(message), ...once(key) }, body: { text } }));
export const deleteMessage = (message: string, key: string) =>
  bodyOf(client.POST("/messages/{id}/deletion", { params: { ...id(message), ...once(key) } }));
export const reactTo = (message: string, key: string, emoji: string) =>
  bodyOf(client.POST("/messages/{id}/reaction", { params: { ...id(message), ...once(key) }, body: { emoji } }));

export const liftSuppression = (suppression: string) =>
  bodyOf(client.DELETE("/suppressions/{id}", { params: id(suppression) }));

const draft = (ticket: string, mode: Mode) => ({ path: { id: ticket, mode } });
export const readDraft = (ticket: string, mode: Mode) =>
  bodyOf(client.GET("/tickets/{id}/drafts/{mode}", { params: draft(ticket, mode) }));
export const writeDraft = (
  ticket: string,
  mode: Mode,
  body: Omit<Draft, "updated_at">,
  keepalive: boolean,
) => bodyOf(client.PUT("/tickets/{id}/drafts/{mode}", { params: draft(ticket, mode), body, keepalive }));
export const dropDraft = (ticket: string, mode: Mode) =>
  bodyOf(client.DELETE("/tickets/{id}/drafts/{mode}", { params: draft(ticket, mode) }));

/** The page of the frame as text, to be measured. */
export const readHtml = (message: string, signal: AbortSignal) =>
  bodyOf(client.GET("/messages/{id}/html", { params: { ...id(message), query: { images: "0" } }, parseAs: "text", signal }));
export const htmlUrl = (message: string, images: boolean) =>
  `${ROOT}/messages/${encodeURIComponent(message)}/html?images=${images ? 1 : 0}`;

/** Sends a file as the raw body, which the typed client cannot, and tells how far it is (0 to 1). */
export function upload(file: File, progress: (share: number) => void, signal: AbortSignal): Promise<Upload> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `${ROOT}/uploads?name=${encodeURIComponent(file.name)}`);
    for (const [key, value] of Object.entries(csrfHeader())) request.setRequestHeader(key, value);
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    request.upload.onprogress = (event) => progress(event.total > 0 ? event.loaded / event.total : 0);
    request.onerror = () => reject(new Problem(0, "offline", "", "", null));
    request.onload = () => {
      const answer = new Response(request.responseText, {
        status: request.status,
        headers: { "X-Request-Id": request.getResponseHeader("X-Request-Id") ?? "" },
      });
      if (answer.ok) resolve(JSON.parse(request.responseText) as Upload);
      else problemOf(answer).then(reject, reject);
    };
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}
