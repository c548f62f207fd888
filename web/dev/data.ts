// A day at the outdoor company Halden, for work on the pages without a gateway. Not part of any build.
import type { Conversation, Delivery, Inbox, Message, Ticket, TicketEvent, TicketRow } from "../src/api/types";

export const agents = [
  { id: "a-mira", name: "Mira Okafor", email: "mira@halden.example", role: "agent", initials: "MO", active: true },
  { id: "a-jun", name: "Jun Park", email: "jun@halden.example", role: "agent", initials: "JP", active: true },
  { id: "a-lena", name: "Lena Brandt", email: "lena@halden.example", role: "lead", initials: "LB", active: true },
];

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

const chat = { reply: true, html: false, start: false, subject: false, cc: false, quick_replies: false, reply_to: true, templates: false, attachments: true, attachment_max_bytes: 20e6, max_chars: 4096, sms_segments: false, receipts: ["sent"] };
const capabilities: Record<string, Inbox["capabilities"]> = {
  email: { ...chat, html: true, start: true, subject: true, cc: true, attachment_max_bytes: 25e6, max_chars: null },
  telegram: chat,
  webchat: chat,
  api: chat,
  twilio_sms: { ...chat, attachments: false, attachment_max_bytes: null, max_chars: 1600, sms_segments: true },
};

const inbox = (id: string, name: string, channel: string, family: string, address: string, open: number): Inbox => ({
  id, name, channel, family_name: family, address, active: true, health: "ok", health_detail: "", open_count: open,
  capabilities: capabilities[channel] ?? chat,
});

export const inboxes: Inbox[] = [
  inbox("i-mail", "Support mail", "email", "Email", "support@halden.example", 23),
  inbox("i-chat", "Shop web chat", "webchat", "Web chat", "halden.example", 6),
  { ...inbox("i-sms", "SMS United States", "twilio_sms", "SMS", "+1 415 555 0100", 5), health: "degraded", health_detail: "The provider answers slowly." },
  inbox("i-tg", "Telegram bot", "telegram", "Telegram", "@haldenbot", 4),
  inbox("i-api", "Shop events", "api", "API", "shop", 2),
];

type Seed = [who: string, inbox: string, subject: string, snippet: string, waited: number | null, owner: number | null, extra?: Partial<TicketRow>];

const seeds: Seed[] = [
  ["Tom Ashworth", "i-mail", "Re: Order 90412, wrong size", "Any news on the exchange?", 245, 1, { unread: true, priority: "high" }],
  ["Aiko Tanaka", "i-chat", "Is the Fjell 30 in stock in Osaka?", "And does it fit in the overhead bin?", 2, 2, { unread: true }],
  ["Elena Marchetti", "i-tg", "Stove valve leaking, trip on Friday", "This is the valve. Friday 6 am I am gone.", 36, 0, { unread: true, priority: "urgent", tags: ["stove", "batch 26-09"], channels: ["email", "telegram"] }],
  ["林晓雯", "i-mail", "订单还没发货，可以改地址吗？", "订单号 H-90377，麻烦改到公司地址。", 9, 0, { unread: true }],
  ["Marguerite Delacroix-Lefèvre", "i-mail", "Remboursement non reçu", "Bonjour, cela fait trois semaines", 130, 1],
  ["+1 415 555 0137", "i-sms", "Yes please, same address as last time", "", 62, 0, { status: "open" }],
  ["Priya Raman", "i-tg", "Photo: cracked pole section", "", 48, 1, { priority: "high" }],
  ["Jonas Lindqvist", "i-mail", "40 tents for scout camp", "Could you quote for delivery in May", 310, 2],
  ["Devon Clarke", "i-sms", "Calling about the jacket repair", "Call me back after five", 70, null, { status: "new" }],
  ["Bergzeit Verleih GmbH", "i-mail", "Rechnung 2026-1187 fehlt", "Guten Tag, wir haben", 375, 0],
  ["Katarzyna Wójcik", "i-api", "Repair request: zip on Fjell 30", "", 1500, null, { status: "new" }],
  ["Ibrahim Sesay", "i-mail", "Press sample for winter round-up", "", 1600, 2],
  ["Sam Whitlock", "i-chat", "Is the moss green coming back?", "Thanks!", null, 1, { status: "waiting", delivery_trouble: "uncertain" }],
  ["Noor Al-Hashimi", "i-tg", "Tent peg set incomplete", "We sent the missing pegs today.", null, 0, { status: "waiting", delivery_trouble: "failed" }],
  ["Grace Mbeki", "i-mail", "Warranty card for a second-hand pack", "Solved, thank you", null, 0, { status: "solved" }],
];

const padding: Seed[] = Array.from({ length: 180 }, (_, at) => [
  `Customer ${at + 16}`, ["i-mail", "i-chat", "i-sms", "i-tg"][at % 4] ?? "i-mail", `Question about order 9${1000 + at}`, "When does it arrive?", 1700 + at * 7, at % 5 === 0 ? null : at % 3,
]);

const ref = (at: number | null) => (at === null ? null : { id: agents[at]?.id ?? "", name: agents[at]?.name ?? "", initials: agents[at]?.initials ?? "" });
const channelOf = (id: string) => inboxes.find((one) => one.id === id)?.channel ?? "api";

function row([who, inboxId, subject, snippet, waited, owner, extra]: Seed, at: number): TicketRow {
  const channel = channelOf(inboxId);
  const active = minutesAgo(waited ?? 50 + at);
  return {
    id: `t-${at}`, number: 48210 + at, subject, type_id: "", status: "open", state: "open", priority: "normal", assignee: ref(owner),
    contact: { id: `c-${at}`, name: who }, channel, channels: [channel], inbox_id: inboxId, snippet, tags: [], unread: false,
    waiting_since: waited === null ? null : active, activity_at: active, created_at: minutesAgo((waited ?? 90) + 1500),
    updated_at: active, delivery_trouble: "", message_count: 3, version: 1, team_id: "", private: false, snooze: null, mentioned: [], ...extra,
  };
}

export const rows: TicketRow[] = [...seeds, ...padding].map(row);

const author = { contact: (ticket: TicketRow) => ({ kind: "contact" as const, id: ticket.contact.id, name: ticket.contact.name, address: "" }), agent: (at: number) => ({ kind: "agent" as const, id: agents[at]?.id ?? "", name: agents[at]?.name ?? "", address: "" }) };

let serial = 0;
export function message(ticket: TicketRow, direction: Message["direction"], text: string, minutes: number, more: Partial<Message> = {}): Message {
  serial += 1;
  const at = minutesAgo(minutes);
  return {
    id: `m-${serial}`, ticket_id: ticket.id, conversation_id: `${ticket.id}-0`, inbox_id: ticket.inbox_id, channel: ticket.channel, direction,
    author: direction === "in" ? author.contact(ticket) : author.agent(0), occurred_at: at, received_at: at, edited_at: null, earlier: [], deleted_at: null,
    subject: ticket.subject, text, reply_text: text, signature: "", has_html: false, remote_content: false, quoted: false, language: /[\u4e00-\u9fff]/.test(text) ? "zh" : "en",
    files: [], to: [], cc: [], bcc: [], reply_to: null, quick_replies: [], template: null, call: null, act: null, reactions: [], delivery: null, threaded_by: "", warnings: [], sender_trust: null, signatures: [], ...more,
  };
}

const delivery = (state: Delivery["state"], reason = ""): Delivery => ({ state, reason, changed_at: minutesAgo(1), undo_until: null, send_at: null, unless_they_write: false, recipients: [] });
const file = (name: string, media: string, size: number) => ({ id: name, name, media_type: media, kind: media.startsWith("image/") ? "image" : "file", size, inline: false, state: "stored" as const, reason: "", url: media.startsWith("image/") ? "/app/logo.svg" : "#" });

function elena(ticket: TicketRow): Message[] {
  const mail = { channel: "email", inbox_id: "i-mail", conversation_id: `${ticket.id}-1` };
  return [
    message(ticket, "in", "Hello, my Ember 2 stove smells of gas at the valve even when it is closed. I leave for the Dolomites on Friday.\n\nElena\n\n> On 12 September Halden wrote:\n> Your order H-90388 is on its way.\n> Thank you for choosing Halden.", 1500, {
      ...mail, reply_text: "Hello, my Ember 2 stove smells of gas at the valve even when it is closed. I leave for the Dolomites on Friday.", quoted: true, has_html: true, remote_content: true, to: ["support@halden.example"],
      files: [file("IMG_2231.jpg", "image/jpeg", 2_100_000), file("Receipt-H-90388.pdf", "application/pdf", 84_000)],
    }),
    message(ticket, "out", "Elena, please stop using the stove and close the canister. I am looking into it.", 1480, { ...mail, delivery: delivery("sent"), to: ["elena.m@posta.example"] }),
    message(ticket, "out", "Hi Elena, Mira from Halden. Has the canister been removed? Please keep it outdoors.", 44, { delivery: delivery("read"), reactions: [{ sender: "Elena", emoji: "👍", ours: false }] }),
    message(ticket, "note", "Batch 26-09, the O-ring again. @Jun may I send express?", 40),
    message(ticket, "in", "Yes, removed and outside. Thank you for being so quick.", 37),
    message(ticket, "in", "This is the valve. Friday 6 am I am gone.", 36, { files: [file("valve.jpg", "image/jpeg", 640_000)] }),
  ];
}

function plain(ticket: TicketRow): Message[] {
  const waited = (Date.now() - Date.parse(ticket.activity_at)) / 60_000;
  const state = ticket.delivery_trouble === "failed" ? delivery("failed", "the number is not reachable") : delivery(ticket.delivery_trouble || "delivered");
  const answer = message(ticket, "out", "Thank you for writing. I am looking into it and come back today.", waited - 1, { delivery: state });
  const question = message(ticket, "in", ticket.snippet || ticket.subject, waited, { to: ["support@halden.example"] });
  return ticket.waiting_since ? [question] : [question, answer];
}

export const threads = new Map<string, Message[]>();
export const messagesOf = (ticket: TicketRow): Message[] => {
  const kept = threads.get(ticket.id) ?? (ticket.number === 48212 ? elena(ticket) : plain(ticket));
  threads.set(ticket.id, kept);
  return kept;
};

export const events = new Map<string, TicketEvent[]>();
export function eventsOf(ticket: TicketRow): TicketEvent[] {
  const kept = events.get(ticket.id) ?? [
    { id: `e-${ticket.id}`, kind: "ticket.created", at: ticket.created_at, actor: { kind: "contact", id: ticket.contact.id, name: ticket.contact.name }, changes: [], message_id: null, why: "" },
    { id: `e-${ticket.id}-1`, kind: "ticket.changed", at: minutesAgo(1499), actor: { kind: "agent", id: "a-lena", name: "Lena Brandt" }, changes: [{ field: "priority", before: "normal", after: ticket.priority }], message_id: null, why: "" },
  ];
  events.set(ticket.id, kept);
  return kept;
}

function conversation(ticket: TicketRow, at: number, inboxId: string, recipient: string): Conversation {
  return { id: `${ticket.id}-${at}`, inbox_id: inboxId, channel: channelOf(inboxId), thread_key: "", recipient: `${channelOf(inboxId) === "email" ? "mailto" : "tel"}:${recipient}`, recipient_display: recipient, subject: ticket.subject, last_in_at: ticket.waiting_since, can_reply: true, cannot_reason: "", window_until: null, undo_s: 10, acts: [], suppressed: null };
}

export function full(ticket: TicketRow): Ticket {
  const points = [{ family: ticket.channel === "email" ? "mailto" : "tel", value: ticket.channel === "email" ? "someone@posta.example" : "+39 347 555 0182", verified: true }].map((point) => ({ ...point, display: point.value }));
  if (ticket.number === 48212) points.unshift({ family: "mailto", value: "elena.m@posta.example", display: "elena.m@posta.example", verified: true });
  const own = conversation(ticket, 0, ticket.inbox_id, points.at(-1)?.value ?? "");
  const mail = conversation(ticket, 1, "i-mail", "elena.m@posta.example");
  return {
    ...ticket, contact: { ...ticket.contact, language: "en", points }, conversations: ticket.number === 48212 ? [own, mail] : [own],
    merged_into: null, follow_up_of: null, follow_ups: [], suggested: null, solved_at: null, followers: [], checklist: [],
    next_states: ["waiting", "held", "solved", "closed"], category_id: "", impact: null, urgency: null, fields: {}, form: [], asset_ids: [], links: [], waits_for: [], blocks: null,
  };
}
