import type { Conversation, Message } from "../../api/types";

const byLastIn = (a: Conversation, b: Conversation) => (b.last_in_at ?? "").localeCompare(a.last_in_at ?? "");

/**
 * Where an answer goes unless told otherwise: back to where the customer last wrote, if one can answer there. The
 * ticket knows that before its messages have come: one may type at once.
 */
export function usualConversation(
  conversations: readonly Conversation[],
  newestIn: Message | undefined,
): Conversation | undefined {
  const latest = conversations.toSorted(byLastIn);
  const last = conversations.find((one) => one.id === newestIn?.conversation_id) ?? latest[0];
  return last?.can_reply ? last : (latest.find((one) => one.can_reply) ?? last);
}
