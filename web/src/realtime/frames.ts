import type { Schemas } from "../api/types";

export type Viewer = Schemas["PresentAgent"];

/** The generator puts the name of a shape where the wire has its tag. */
type Tagged<Name extends keyof Schemas, Tag extends string> = Omit<Schemas[Name], "type"> & { type: Tag };

/** What the server pushes; `seq` rises and is given back to resume after a gap. */
export type Frame =
  | Tagged<"Hello", "hello">
  | Tagged<"LiveTicket", "ticket">
  | Tagged<"LiveGone", "gone">
  | Tagged<"LiveMessage", "message">
  | Tagged<"LiveDelivery", "delivery">
  | Tagged<"LiveViews", "views">
  | Tagged<"LivePresence", "presence">
  | Tagged<"LiveTyping", "typing">
  | Tagged<"LiveAgent", "agent">
  | Tagged<"LiveJob", "job">
  | Tagged<"LiveNotifications", "notifications">
  | Tagged<"Resync", "resync">
  | Tagged<"Pong", "pong">;

export type Request = Tagged<"Resume", "resume"> | Tagged<"Presence", "presence"> | Tagged<"Answering", "answering"> | Tagged<"Ping", "ping">;

const TYPES: ReadonlySet<string> = new Set<Frame["type"]>([
  "hello", "ticket", "gone", "message", "delivery", "views", "presence", "typing", "agent", "job", "notifications", "resync", "pong",
]);

/** The frame in `text`; null for kinds that a newer server may send and we do not know. */
export function parseFrame(text: string): Frame | null {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null || !("type" in value)) return null;
  return TYPES.has(String(value.type)) ? (value as Frame) : null;
}
