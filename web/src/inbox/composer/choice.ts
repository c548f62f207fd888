import type { Conversation, Message } from "../../api/types";

/** Where an answer goes unless told otherwise: back to where the customer last wrote, if one can answer there. */
export function usualConversation(
  conversations: readonly Conversation[],
  newestIn: Message | undefined,
): Conversation | undefined {
  const last = conversations.find((one) => one.id === newestIn?.conversation_id);
  if (last?.can_reply) return last;
  return conversations.find((one) => one.can_reply) ?? last ?? conversations[0];
}
