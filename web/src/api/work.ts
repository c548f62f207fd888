import { bodyOf, client } from "./http";
import type { Schemas } from "./types";

/** Calls around one ticket's work: canned replies, time, people, merging, what its type asks. */
const id = (value: string) => ({ path: { id: value } });
const fresh = () => ({ header: { "Idempotency-Key": crypto.randomUUID() } });

export const findCanned = (q: string, signal: AbortSignal) => bodyOf(client.GET("/canned", { params: { query: { q } }, signal }));
export const fillCanned = (ticket: string, canned: string, conversation: string, signal?: AbortSignal) =>
  bodyOf(client.GET("/tickets/{id}/canned/{canned_id}", {
    params: { path: { id: ticket, canned_id: canned }, query: { conversation_id: conversation } }, signal,
  }));

export const snooze = (ticket: string, until: string | null) => bodyOf(client.PUT("/tickets/{id}/snooze", { params: id(ticket), body: { until } }));
export const wake = (ticket: string) => bodyOf(client.DELETE("/tickets/{id}/snooze", { params: id(ticket) }));

const follower = (ticket: string, agent: string) => ({ path: { id: ticket, agent_id: agent } });
export const follow = (ticket: string, agent: string) => bodyOf(client.PUT("/tickets/{id}/followers/{agent_id}", { params: follower(ticket, agent) }));
export const unfollow = (ticket: string, agent: string) => bodyOf(client.DELETE("/tickets/{id}/followers/{agent_id}", { params: follower(ticket, agent) }));

const item = (ticket: string, one: string) => ({ path: { id: ticket, item_id: one } });
export const addItem = (ticket: string, text: string) =>
  bodyOf(client.POST("/tickets/{id}/checklist", { params: { ...id(ticket), ...fresh() }, body: { text, position: null } }));
export const changeItem = (ticket: string, one: string, body: Schemas["ItemChange"]) =>
  bodyOf(client.PATCH("/tickets/{id}/checklist/{item_id}", { params: item(ticket, one), body }));
export const dropItem = (ticket: string, one: string) => bodyOf(client.DELETE("/tickets/{id}/checklist/{item_id}", { params: item(ticket, one) }));

export const reschedule = (message: string, body: Schemas["ScheduleChange"]) => bodyOf(client.PATCH("/messages/{id}/schedule", { params: id(message), body }));
export const unschedule = (message: string) => bodyOf(client.DELETE("/messages/{id}/schedule", { params: id(message) }));

export const previewMerge = (ticket: string, body: Schemas["MergeTickets"], signal: AbortSignal) =>
  bodyOf(client.POST("/tickets/{id}/merge/preview", { params: id(ticket), body, signal }));
export const mergeTickets = (ticket: string, body: Schemas["MergeTickets"]) => bodyOf(client.POST("/tickets/{id}/merge", { params: id(ticket), body }));
export const undoMerge = (merge: string) => bodyOf(client.POST("/merges/{id}/undo", { params: id(merge) }));
export const splitTicket = (ticket: string, body: Schemas["SplitTicket"]) => bodyOf(client.POST("/tickets/{id}/split", { params: id(ticket), body }));
export const previewSplit = (ticket: string, body: Schemas["SplitTicket"], signal: AbortSignal) =>
  bodyOf(client.POST("/tickets/{id}/split/preview", { params: id(ticket), body, signal }));

export const readCatalogue = (signal: AbortSignal) => bodyOf(client.GET("/catalogue", { signal }));
export const listTeams = () => bodyOf(client.GET("/teams"));
export const readContact = (contact: string, signal: AbortSignal) => bodyOf(client.GET("/contacts/{id}", { params: id(contact), signal }));
export const findContacts = (q: string, signal: AbortSignal) => bodyOf(client.GET("/contacts", { params: { query: { q, limit: 8 } }, signal }));
export const findAssets = (q: string, signal: AbortSignal) => bodyOf(client.GET("/assets", { params: { query: { q, limit: 8 } }, signal }));
export const listTicketAssets = (ticket: string, signal: AbortSignal) => bodyOf(client.GET("/tickets/{id}/assets", { params: id(ticket), signal }));
export const readAsset = (asset: string, signal: AbortSignal) => bodyOf(client.GET("/assets/{id}", { params: id(asset), signal }));
export const revealField = (ticket: string, field: string) => bodyOf(client.POST("/tickets/{id}/reveal", { params: id(ticket), body: { field } }));
export const listContactNotes = (contact: string, signal: AbortSignal) => bodyOf(client.GET("/contacts/{id}/notes", { params: id(contact), signal }));
export const addContactNote = (contact: string, text: string) =>
  bodyOf(client.POST("/contacts/{id}/notes", { params: { ...id(contact), ...fresh() }, body: { text } }));
export const readTimeline = (contact: string, cursor: string | undefined, signal: AbortSignal) =>
  bodyOf(client.GET("/contacts/{id}/timeline", { params: { ...id(contact), query: { cursor } }, signal }));

/** What the history says of these fields, newest first. */
export const listChanges = (ticket: string, changed: string, signal: AbortSignal) =>
  bodyOf(client.GET("/tickets/{id}/events", { params: { ...id(ticket), query: { changed } }, signal }));

export const linkTickets = (ticket: string, kind: Schemas["NewLink"]["kind"], target: string) =>
  bodyOf(client.POST("/tickets/{id}/links", { params: id(ticket), body: { kind, target_id: target } }));
export const unlinkTickets = (ticket: string, link: string) =>
  bodyOf(client.DELETE("/tickets/{id}/links/{link_id}", { params: { path: { id: ticket, link_id: link } } }));
