import type { Conversation, Message } from "../../api/types";

type Offer = Conversation["acts"][number];
export type ActKind = Offer["kind"];

const HOUR_MS = 3_600_000;
const THERE = new Set(["sent", "delivered", "read"]);

function fits(kind: ActKind, message: Message): boolean {
  if (kind === "react") return message.direction === "in";
  const ours = message.direction === "out" && message.author.kind !== "vendor" && THERE.has(message.delivery?.state ?? "");
  const plain = message.files.length === 0 && message.template === null && message.quick_replies.length === 0;
  return ours && (kind === "delete" || plain);
}

/** What can be done to a message on its channel now; the server says the last word. */
export function offersFor(message: Message, conversation: Conversation | undefined, now: Date): ReadonlyMap<ActKind, Offer> {
  const found = new Map<ActKind, Offer>();
  if (message.deleted_at) return found;
  const age = now.getTime() - Date.parse(message.occurred_at);
  for (const offer of conversation?.acts ?? []) {
    const inTime = offer.within_h === null || age < offer.within_h * HOUR_MS;
    if (inTime && fits(offer.kind, message)) found.set(offer.kind, offer);
  }
  return found;
}
