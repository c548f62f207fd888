/** Shapes of `/api/v1`. `npm run api` writes this file anew from a running server. */
export interface components {
  schemas: {
    AgentRef: { id: string; name: string };
    Agent: { id: string; name: string; email: string; role: string; initials: string };
    Site: { name: string; version: string; demo: boolean };
    Session: { agent: components["schemas"]["Agent"]; csrf_token: string; site: components["schemas"]["Site"] };
    Capabilities: {
      reply: boolean;
      html: boolean;
      subject: boolean;
      attachments: boolean;
      attachment_max_bytes: number | null;
      max_chars: number | null;
      sms_segments: boolean;
      receipts: string[];
    };
    Inbox: {
      id: string;
      name: string;
      channel: string;
      family_name: string;
      address: string;
      active: boolean;
      health: "ok" | "degraded" | "unknown";
      health_detail: string;
      open_count: number;
      capabilities: components["schemas"]["Capabilities"];
    };
    View: { id: "mine" | "unassigned" | "waiting" | "open" | "solved" | "all"; count: number | null };
    ContactRef: { id: string; name: string };
    TicketRow: {
      id: string;
      number: number;
      subject: string;
      status: "new" | "open" | "waiting" | "solved" | "closed";
      priority: "low" | "normal" | "high" | "urgent";
      assignee: components["schemas"]["AgentRef"] | null;
      contact: components["schemas"]["ContactRef"];
      channel: string;
      channels: string[];
      inbox_id: string;
      snippet: string;
      tags: string[];
      unread: boolean;
      waiting_since: string | null;
      activity_at: string;
      created_at: string;
      updated_at: string;
      delivery_trouble: "" | "failed" | "uncertain";
      message_count: number;
      version: number;
    };
    TicketRef: { id: string; number: number; subject: string; status: components["schemas"]["TicketRow"]["status"] };
    Point: { family: string; value: string; verified: boolean };
    Contact: { id: string; name: string; language: string; points: components["schemas"]["Point"][] };
    Conversation: {
      id: string;
      inbox_id: string;
      channel: string;
      recipient: string;
      subject: string;
      last_in_at: string | null;
      can_reply: boolean;
      cannot_reason: string;
      window_until: string | null;
      undo_s: number;
    };
    Ticket: Omit<components["schemas"]["TicketRow"], "contact"> & {
      contact: components["schemas"]["Contact"];
      conversations: components["schemas"]["Conversation"][];
      merged_into: string | null;
      follow_up_of: components["schemas"]["TicketRef"] | null;
      follow_ups: components["schemas"]["TicketRef"][];
      suggested: components["schemas"]["TicketRef"] | null;
      solved_at: string | null;
    };
    File: {
      id: string;
      name: string;
      media_type: string;
      kind: string;
      size: number;
      inline: boolean;
      state: "stored" | "pending" | "failed";
      url: string;
    };
    Delivery: {
      state: "queued" | "sending" | "sent" | "delivered" | "read" | "failed" | "uncertain" | "cancelled";
      reason: string;
      changed_at: string;
      undo_until: string | null;
    };
    Author: { kind: "contact" | "agent" | "system" | "vendor"; id: string; name: string; address: string };
    Message: {
      id: string;
      ticket_id: string;
      conversation_id: string;
      inbox_id: string;
      channel: string;
      direction: "in" | "out" | "note";
      author: components["schemas"]["Author"];
      occurred_at: string;
      received_at: string;
      edited_at: string | null;
      deleted_at: string | null;
      subject: string;
      text: string;
      reply_text: string;
      has_html: boolean;
      remote_content: boolean;
      quoted: boolean;
      language: string;
      files: components["schemas"]["File"][];
      to: string[];
      cc: string[];
      reply_to: string | null;
      reactions: { sender: string; emoji: string }[];
      delivery: components["schemas"]["Delivery"] | null;
      threaded_by: string;
      warnings: string[];
    };
    Change: { field: string; before: string | null; after: string | null };
    Event: {
      id: string;
      kind: string;
      at: string;
      actor: { kind: string; id: string; name: string };
      changes: components["schemas"]["Change"][];
      message_id: string | null;
    };
    SearchHit: {
      ticket: components["schemas"]["TicketRow"];
      message_id: string | null;
      snippet: string;
      marks: number[][];
      field: "subject" | "message" | "contact" | "number";
    };
    Draft: { text: string; conversation_id: string | null; rev: number; updated_at: string };
    TicketPatch: {
      status?: components["schemas"]["TicketRow"]["status"];
      priority?: components["schemas"]["TicketRow"]["priority"];
      assignee_id?: string | null;
      tags?: string[];
      subject?: string;
      version?: number;
    };
    ReplyBody: {
      conversation_id: string;
      text: string;
      html: string | null;
      upload_ids: string[];
      cc: string[];
      seen_message_id: string | null;
      send_anyway: boolean;
      then: "solved" | "waiting" | null;
    };
    DraftBody: { text: string; conversation_id: string | null; rev: number };
    Upload: { id: string; name: string; media_type: string; size: number; kind: string };
  };
}

type S = components["schemas"];
type Json<B> = { content: { "application/json": B } };
type Query<Q> = { query?: Q };
type PathOf<P> = P extends undefined ? { path?: never } : { path: P };
type Operation<P, Q, B, Code extends number, A> = {
  parameters: PathOf<P> & Query<Q> & { header?: { "Idempotency-Key"?: string }; cookie?: never };
  responses: { [K in Code]: { headers: Record<string, unknown> } & Json<A> };
} & (B extends undefined ? { requestBody?: never } : { requestBody: Json<B> });
type Paged<Item> = { items: Item[]; next_cursor: string | null };
type Listed<Item> = { items: Item[] };
type PageQuery = { cursor?: string | null; limit?: number };
type Id = { id: string };
type DraftPath = { id: string; mode: "reply" | "note" };

export interface paths {
  "/session": {
    get: Operation<undefined, never, undefined, 200, S["Session"]>;
    post: Operation<undefined, never, { email: string; password: string }, 200, S["Session"]>;
    delete: Operation<undefined, never, undefined, 204, never>;
  };
  "/agents": { get: Operation<undefined, never, undefined, 200, Listed<S["Agent"]>> };
  "/inboxes": { get: Operation<undefined, never, undefined, 200, Listed<S["Inbox"]>> };
  "/views": { get: Operation<undefined, never, undefined, 200, Listed<S["View"]>> };
  "/tickets": {
    get: Operation<
      undefined,
      PageQuery & { view?: S["View"]["id"]; inbox_id?: string; sort?: "activity" | "waiting" | "created" },
      undefined,
      200,
      Paged<S["TicketRow"]>
    >;
  };
  "/search": {
    get: Operation<undefined, PageQuery & { q: string; scope?: "open" | "all" }, undefined, 200, Paged<S["SearchHit"]>>;
  };
  "/tickets/{id}": {
    get: Operation<Id, never, undefined, 200, S["Ticket"]>;
    patch: Operation<Id, never, S["TicketPatch"], 200, S["Ticket"]>;
  };
  "/tickets/{id}/read": { post: Operation<Id, never, undefined, 204, never> };
  "/tickets/{id}/join": { post: Operation<Id, never, { target_id: string }, 200, S["Ticket"]> };
  "/tickets/{id}/messages": { get: Operation<Id, PageQuery, undefined, 200, Paged<S["Message"]>> };
  "/tickets/{id}/events": { get: Operation<Id, PageQuery, undefined, 200, Paged<S["Event"]>> };
  "/tickets/{id}/replies": { post: Operation<Id, never, S["ReplyBody"], 201, S["Message"]> };
  "/tickets/{id}/notes": { post: Operation<Id, never, { text: string }, 201, S["Message"]> };
  "/tickets/{id}/drafts/{mode}": {
    get: Operation<DraftPath, never, undefined, 200, S["Draft"]>;
    put: Operation<DraftPath, never, S["DraftBody"], 200, S["Draft"]>;
    delete: Operation<DraftPath, never, undefined, 204, never>;
  };
  "/messages/{id}/undo": { post: Operation<Id, never, undefined, 200, S["Message"]> };
  "/messages/{id}/retry": { post: Operation<Id, never, undefined, 200, S["Message"]> };
  "/messages/{id}/resolve": { post: Operation<Id, never, { state: "sent" | "failed" }, 200, S["Message"]> };
}
