import type { components } from "./schema";

export type Schemas = components["schemas"];

export type Agent = Schemas["Agent"];
export type AgentRef = Schemas["AgentRef"];
export type BulkChange = Omit<Schemas["BulkChange"], "force"> & { force?: boolean };
export type BulkJob = Schemas["BulkJob"];
export type BulkSelection = Schemas["BulkSelection"];
export type Catalogue = Schemas["Catalogue"];
export type Capabilities = Schemas["Capabilities"];
export type Conversation = Schemas["Conversation"];
export type Delivery = Schemas["Delivery"];
export type Draft = Schemas["Draft"];
export type Inbox = Schemas["Inbox"];
export type Message = Schemas["Message"];
export type MessageFile = Schemas["File"];
export type SearchHit = Schemas["SearchHit"];
export type Notice = Schemas["Notification"];
export type NewTicket = Schemas["NewTicket"];
export type Preferences = Schemas["MyPreferences"];
export type Session = Schemas["Session"];
export type ReplyBody = Schemas["NewReply"];
export type ReplyTexts = Schemas["ReplyTexts"];
export type Suppression = Schemas["Suppression"];
export type TicketPatch = Partial<Schemas["TicketChange"]>;
export type Ticket = Schemas["Ticket"];
export type TicketEvent = Schemas["Event"];
export type TicketRef = Schemas["TicketRef"];
export type TicketRow = Schemas["TicketRow"];
export type Present = Schemas["AgentPresenceList"];
export type PresenceChange = Schemas["PresenceSign"];
export type PresenceState = Schemas["AgentPresence"]["state"];
export type Understood = Schemas["Understood"];
export type Upload = Schemas["Upload"];
export type NewView = Schemas["NewView"];
export type SavedView = Schemas["SavedView"];
export type ViewChange = Schemas["ViewChange"];
export type ViewList = Schemas["ViewList"];
export type ViewField = Schemas["ViewField"];
export type Condition = SavedView["all_of"][number];
export type View = Schemas["View"];

export type Status = TicketRow["status"];
export type Priority = TicketRow["priority"];
export type ViewId = View["id"];
export type Mode = "reply" | "note";

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}
export type LinkKind = Schemas["TicketLink"]["kind"];
