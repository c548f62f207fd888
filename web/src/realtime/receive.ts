import type { QueryClient } from "@tanstack/react-query";

import { keys } from "../api/keys";
import type { Present, Ticket, TicketRow, ViewList } from "../api/types";
import { addMessage, patchDelivery, patchRow, refetchAll } from "./apply";
import { noteJob } from "../bulk/jobs";
import { unread } from "../notices/store";
import type { Frame } from "./frames";
import { renewEvents, renewMessages } from "./renew";
import { presence, typing, updates, withEntry } from "./stores";

/** Someone who stops without saying so is taken for silent after this. */
const TYPING_MS = 8_000;
const timers = new Map<string, ReturnType<typeof setTimeout>>();

type Handlers = { [K in Frame["type"]]?: (frame: Extract<Frame, { type: K }>, cache: QueryClient, me: string) => void };

function showTyping(ticket: string, name: string | null): void {
  clearTimeout(timers.get(ticket));
  typing.set(withEntry(typing.get(), ticket, name));
  if (name) timers.set(ticket, setTimeout(() => showTyping(ticket, null), TYPING_MS));
}

const MOVES = new Set(["message.received", "message.sent", "ticket.created"]);

/** Ticks that come in are nobody's doing: they change a row in its place and are no news. Who acted last counts. */
function noteUpdate(ticket: TicketRow, events: readonly string[], mine: boolean): void {
  const before = updates.get().get(ticket.id);
  const told = events.some((kind) => kind !== "delivery.changed");
  if (!told && !before) return;
  const moved = before?.moved === true || events.some((kind) => MOVES.has(kind));
  const own = told ? mine : before?.mine === true;
  updates.set(withEntry(updates.get(), ticket.id, { row: ticket, moved, mine: own }));
}

/** Messages went from one ticket to another: both threads are other ones now. */
const CARRIES = new Set(["ticket.merged", "ticket.joined", "ticket.unmerged", "ticket.unjoined", "ticket.split", "ticket.unsplit"]);
const recounted = (kept: ViewList["saved"], counts: readonly { id: string; count: number }[]) => {
  const byId = new Map(counts.map((one) => [one.id, one.count]));
  return kept.map((view) => ({ ...view, count: byId.get(view.id) ?? view.count }));
};

const HANDLERS: Handlers = {
  ticket: ({ ticket, events, actor_id: actor }, cache, me) => {
    noteUpdate(ticket, events, actor === me);
    patchRow(cache, ticket);
    if (events.some((kind) => CARRIES.has(kind))) renewMessages(cache, ticket.id, true);
    // Conversations, files and people hang on the whole ticket, which the row does not carry.
    if (cache.getQueryData<Ticket>(keys.ticket(ticket.id))) {
      void cache.invalidateQueries({ queryKey: keys.ticket(ticket.id) });
      renewEvents(cache, ticket.id);
    }
  },
  gone: ({ ticket_id }, cache) => {
    void cache.resetQueries({ queryKey: keys.ticket(ticket_id) });
    void cache.invalidateQueries({ queryKey: keys.lists });
    void cache.invalidateQueries({ queryKey: keys.views });
  },
  message: ({ message }, cache) => {
    addMessage(cache, message);
    if (message.direction === "in") showTyping(message.ticket_id, null);
  },
  delivery: ({ ticket_id, message_id, delivery }, cache) => patchDelivery(cache, ticket_id, message_id, delivery),
  views: ({ items, saved }, cache) => {
    cache.setQueryData<ViewList>(keys.views, (kept) => kept && { items, saved: recounted(kept.saved, saved) });
    void cache.invalidateQueries({ queryKey: keys.inboxes });
  },
  presence: ({ ticket_id, agents }) => presence.set(withEntry(presence.get(), ticket_id, agents)),
  typing: ({ ticket_id, name, typing: on }) => showTyping(ticket_id, on ? name : null),
  hello: ({ unread: count }) => unread.set(count),
  notifications: ({ unread: count }, cache) => {
    unread.set(count);
    void cache.invalidateQueries({ queryKey: keys.notices });
  },
  agent: ({ agent_id, state }, cache) =>
    cache.setQueryData<Present>(keys.presence, (kept) =>
      kept && { items: kept.items.map((one) => (one.agent_id === agent_id ? { ...one, state } : one)) },
    ),
  job: ({ job }) => noteJob(job),
  resync: (_, cache) => {
    updates.set(new Map());
    refetchAll(cache);
  },
};

export function receive(frame: Frame, cache: QueryClient, me: string): void {
  const handle = HANDLERS[frame.type] as ((frame: Frame, cache: QueryClient, me: string) => void) | undefined;
  handle?.(frame, cache, me);
}
