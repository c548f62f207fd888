import type { Conversation, Message } from "../../api/types";

const bare = (address: string) => address.trim().toLowerCase().replace(/\+[^@]*(?=@)/, "");

/**
 * Whom a reply to all would copy: everyone else whom the customer's last mail named. Neither the one who is answered
 * nor any address of ours. Pure.
 */
export function everyoneElse(last: Message | undefined, conversation: Conversation | undefined, ours: readonly string[]): string[] {
  if (!last || !conversation || last.conversation_id !== conversation.id) return [];
  const not = new Set([...ours, conversation.recipient_display, conversation.recipient.replace(/^mailto:/, "")].map(bare));
  const found = new Map<string, string>();
  for (const address of [last.author.address, ...last.to, ...last.cc]) {
    if (address.includes("@") && !not.has(bare(address))) found.set(bare(address), address);
  }
  return [...found.values()];
}
