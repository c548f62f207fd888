import { useInboxes } from "../../api/queries";
import type { Message, Ticket } from "../../api/types";
import { isMail } from "../../parts/channels";
import { usualConversation } from "./choice";
import { everyoneElse } from "./copies";

/** Where an answer goes, and what can go there. */
export function useConversation(ticket: Ticket, chosen: string | null, newestIn: Message | undefined) {
  const { data: inboxes } = useInboxes();
  const conversation = ticket.conversations.find((one) => one.id === chosen) ?? usualConversation(ticket.conversations, newestIn);
  const capabilities = inboxes?.find((inbox) => inbox.id === conversation?.inbox_id)?.capabilities;
  const ours = inboxes?.map((inbox) => inbox.address) ?? [];
  const mail = conversation !== undefined && isMail(conversation.channel);
  return { conversation, capabilities, mail, everyone: mail ? everyoneElse(newestIn, conversation, ours) : [] };
}
