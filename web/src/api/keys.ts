/** Names of what the query cache holds. */
export const keys = {
  texts: (ticket: string, conversation: string) => ["texts", ticket, conversation] as const,
  session: ["session"] as const,
  preferences: ["preferences"] as const,
  agents: ["agents"] as const,
  approved: (inbox: string) => ["approved", inbox] as const,
  teams: ["teams"] as const,
  inboxes: ["inboxes"] as const,
  views: ["views"] as const,
  lists: ["tickets"] as const,
  list: (scope: string, sort: string) => ["tickets", scope, sort] as const,
  ticket: (id: string) => ["ticket", id] as const,
  tickets: ["ticket"] as const,
  messages: (id: string) => ["messages", id] as const,
  allMessages: ["messages"] as const,
  events: (id: string) => ["events", id] as const,
  allEvents: ["events"] as const,
};
