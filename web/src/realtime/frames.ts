import type { Delivery, Message, TicketRow, View } from "../api/types";

export interface Viewer {
  id: string;
  name: string;
  mode: "viewing" | "replying";
}

/** What the server pushes; `seq` rises and is given back to resume after a gap. */
export type Frame =
  | { type: "hello"; seq: number; server_time: string }
  | { type: "ticket"; seq: number; ticket: TicketRow; events: string[]; actor_id: string }
  | { type: "message"; seq: number; ticket_id: string; message: Message }
  | { type: "delivery"; seq: number; ticket_id: string; message_id: string; delivery: Delivery }
  | { type: "views"; items: View[] }
  | { type: "presence"; ticket_id: string; agents: Viewer[] }
  | { type: "typing"; ticket_id: string; name: string; typing: boolean }
  | { type: "resync" }
  | { type: "pong" };

export type Request =
  | { type: "resume"; seq: number }
  | { type: "presence"; ticket_id: string | null; mode: Viewer["mode"] }
  | { type: "ping" };

const TYPES: ReadonlySet<string> = new Set<Frame["type"]>([
  "hello", "ticket", "message", "delivery", "views", "presence", "typing", "resync", "pong",
]);

/** The frame in `text`; null for kinds that a newer server may send and we do not know. */
export function parseFrame(text: string): Frame | null {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null || !("type" in value)) return null;
  return TYPES.has(String(value.type)) ? (value as Frame) : null;
}
