import type { Message, TicketEvent } from "../../api/types";
import { isMail } from "../../parts/channels";

export type ThreadItem =
  | { kind: "day"; key: string; at: string }
  | { kind: "unread"; key: string; count: number }
  | { kind: "event"; key: string; event: TicketEvent }
  | { kind: "channel"; key: string; channel: string; who: string }
  | { kind: "note"; key: string; message: Message }
  | { kind: "act"; key: string; message: Message }
  | { kind: "mail"; key: string; message: Message; folded: boolean }
  | { kind: "bubble"; key: string; message: Message; ends: boolean };

/** Bubbles of one speaker within this time share one face and one line of time. */
const RUN_MS = 5 * 60_000;
/** Messages tell themselves; of events only changes of the ticket are lines of the thread. */
const SHOWN_EVENTS = new Set(["ticket.changed", "ticket.merged", "delivery.changed", "membership.changed"]);
const SHOWN_FIELDS = new Set([
  "status", "priority", "assignee_id", "tags", "subject", "merged_into",
  "recipient_failed", "recipient_delayed", "recipient_complained", "membership",
]);
/** The first answer opens a new ticket, and taking it back undoes that: the answer itself says so. */
const goesWithoutSaying = (change: TicketEvent["changes"][number]) =>
  change.field === "status" && (change.after === "new" || (change.before === "new" && change.after === "open"));

const byTime = (a: { at: string; key: string }, b: { at: string; key: string }) =>
  a.at < b.at ? -1 : a.at > b.at ? 1 : a.key < b.key ? -1 : 1;

function sameRun(one: Message, next: Message): boolean {
  return (
    one.direction === next.direction &&
    one.author.id === next.author.id &&
    one.channel === next.channel &&
    !isMail(next.channel) &&
    new Date(one.occurred_at).toDateString() === new Date(next.occurred_at).toDateString() &&
    Date.parse(next.occurred_at) - Date.parse(one.occurred_at) < RUN_MS
  );
}

/** A delivery that needs words of its own is never hidden inside a run. */
const calm = (message: Message) =>
  message.delivery === null || ["sent", "delivered", "read"].includes(message.delivery.state);

/** Not done, and not given up by its author either. */
const waits = (act: Message) => !["sent", "delivered", "read", "cancelled"].includes(act.delivery?.state ?? "sent");

export function tellsInThread(event: TicketEvent): boolean {
  return SHOWN_EVENTS.has(event.kind) && event.changes.some((one) => SHOWN_FIELDS.has(one.field) && !goesWithoutSaying(one));
}

interface Input {
  /** Oldest first. */
  messages: readonly Message[];
  events: readonly TicketEvent[];
  /** The newest message this agent had seen before this visit; null when unknown. */
  seenAt: string | null;
}

interface Entry {
  at: string;
  key: string;
  index: number;
  event?: TicketEvent;
  act?: Message;
}

interface Walk {
  items: ThreadItem[];
  day: string;
  channel: string | null;
  unreadAt: string | null;
}

function messageItem(messages: readonly Message[], at: number, lastIn: number): ThreadItem {
  const message = messages[at] as Message;
  const next = messages[at + 1];
  const key = message.id;
  if (message.direction === "note") return { kind: "note", key, message };
  if (isMail(message.channel)) {
    return { kind: "mail", key, message, folded: message.direction === "out" && at < lastIn && calm(message) };
  }
  const ends = !(next && sameRun(message, next) && calm(message) && message.reactions.length === 0);
  return { kind: "bubble", key, message, ends };
}

function enter(walk: Walk, at: string, key: string): void {
  const day = new Date(at).toDateString();
  if (day !== walk.day) walk.items.push({ kind: "day", key: `day-${key}`, at });
  walk.day = day;
}

function enterMessage(walk: Walk, message: Message, unread: number): void {
  if (message.id === walk.unreadAt) walk.items.push({ kind: "unread", key: "unread", count: unread });
  if (message.direction === "note") return;
  if (walk.channel !== null && walk.channel !== message.channel && message.direction === "in") {
    walk.items.push({ kind: "channel", key: `channel-${message.id}`, channel: message.channel, who: message.author.name });
  }
  walk.channel = message.channel;
}

/** The thread as it is read: days, who moved to which channel, what changed, what is new. */
export function buildThread({ messages: all, events, seenAt }: Input): ThreadItem[] {
  // What was done shows on the message that it was done to; until then it has a line of its own.
  const messages = all.filter((one) => one.direction !== "act");
  const acts = all.filter((one) => one.direction === "act" && waits(one));
  const unread = seenAt === null ? [] : messages.filter((one) => one.direction === "in" && one.occurred_at > seenAt);
  const lastIn = messages.findLastIndex((one) => one.direction === "in");
  const since = messages[0]?.occurred_at ?? "";
  const told = events.filter((event) => tellsInThread(event) && event.at >= since);
  const order: Entry[] = [
    ...messages.map((message, at) => ({ at: message.occurred_at, key: message.id, index: at })),
    ...acts.map((act) => ({ at: act.occurred_at, key: act.id, index: -1, act })),
    ...told.map((event) => ({ at: event.at, key: event.id, index: -1, event })),
  ].sort(byTime);

  const walk: Walk = { items: [], day: "", channel: null, unreadAt: unread[0]?.id ?? null };
  for (const { at, key, index, event, act } of order) {
    enter(walk, at, key);
    const message = messages[index];
    if (act) walk.items.push({ kind: "act", key, message: act });
    else if (event) walk.items.push({ kind: "event", key, event });
    else if (message) {
      enterMessage(walk, message, unread.length);
      walk.items.push(messageItem(messages, index, lastIn));
    }
  }
  return walk.items;
}

/** Whether two entries show the same: the thread is built anew with every message, its entries are not. */
export function sameItem(one: ThreadItem, other: ThreadItem): boolean {
  const a = Object.entries(one);
  const b: Record<string, unknown> = { ...other };
  return a.length === Object.keys(b).length && a.every(([key, value]) => b[key] === value);
}
