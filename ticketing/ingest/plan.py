"""What a draft does to the book: contact, place, message, ticket, events. Pure."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from normalizer.mail.addresses import untagged
from normalizer.model import (
    ConversationId,
    Draft,
    Message,
    MessageId,
    TicketId,
)
from storage.events import Actor, Event
from storage.ids import derived_id
from ticketing import facts
from ticketing.catalogue.filling import of_default_type
from ticketing.catalogue.moving import automatic, entered
from ticketing.ingest.book import Book
from ticketing.ingest.changes import EVENT_KINDS, changed
from ticketing.ingest.entry import Entry
from ticketing.ingest.evidence import answers_note, gather, marked, open_keys, own_open_key
from ticketing.ingest.messages import address_of, message_of
from ticketing.ingest.model import Change, Parked, begun_key, native_key, open_key
from ticketing.ingest.reunion import reunited
from ticketing.ingest.tickets import after_message, new_ticket, reopened, unheard
from ticketing.ingest.writers import is_unheard, writer
from ticketing.lifecycle import InboundEffect, is_late, on_inbound, said_at
from ticketing.model import Contact, Conversation, Inbox, Ticket, closed_key
from ticketing.people.identity import keys_of
from ticketing.reply_tokens import ReplyTokens
from ticketing.threading import Evidence, decide

_KINDS = {"in": "message.received", "out": "message.sent", "note": "note.added"}
PARKED_FOR = timedelta(days=7)
MAX_PARTICIPANTS = 64


def message_id_of(draft: Draft) -> MessageId:
    """The same utterance has the same id however often it is delivered."""
    return MessageId(derived_id(draft.inbox_id, draft.dedupe_id))


def decided(draft: Draft, inbox: Inbox, book: Book, evidence: Evidence) -> Entry:
    """Where the draft belongs, by what the book knows of its past."""
    return Entry(
        draft=draft,
        inbox=inbox,
        message_id=message_id_of(draft),
        decision=decide(evidence, inbox),
        automatic=draft.bounce is not None or bool(draft.mail and draft.mail.auto_reply),
        on_note=answers_note(draft, book),
    )


def enter(draft: Draft, inbox: Inbox, book: Book, reply_tokens: ReplyTokens) -> None:
    """Find the draft its place and put everything that follows from it into the book."""
    message_id = message_id_of(draft)
    if message_id in book.known:
        book.duplicates += 1
        return
    draft = marked(draft, reply_tokens)
    evidence = gather(draft, book, reply_tokens)
    entry = decided(draft, inbox, book, evidence)
    contact = writer(entry, book)
    entry = replace(entry, unheard=is_unheard(contact, draft))
    ticket, conversation = _place(entry, contact, book)
    ticket = reunited(ticket, evidence.early, draft, book)
    message = _unparked(message_of(entry, contact, conversation), ticket, book)
    book.insert(message)
    book.put_conversation(_heard(conversation, entry))
    after = book.tickets.put(after_message(ticket, message, automatic=entry.moves_no_clock))
    if after.snoozed_until != ticket.snoozed_until:
        book.events.append(_woke(ticket, after, message))
    book.events.append(
        facts.fact(
            _KINDS[message.direction],
            ticket,
            cause=message.id,
            actor=_actor(entry, contact),
            at=draft.received_at,
            message_id=message.id,
            conversation_id=conversation.id,
            inbox_id=message.inbox_id,
            changes=(*facts.what_it_lacks(message), *facts.waits(ticket, after)),
        )
    )


def _woke(before: Ticket, after: Ticket, message: Message) -> Event:
    """The customer wrote while the ticket slept."""
    return facts.fact(
        "ticket.changed",
        after,
        cause=f"woke {message.id}",
        actor=facts.SYSTEM,
        at=message.received_at,
        changes=(*facts.differences(before, after), *facts.woken(before)),
    )


def _actor(entry: Entry, contact: Contact) -> Actor:
    if entry.draft.echo or entry.reports:
        return facts.SYSTEM
    if entry.from_us:
        return Actor(kind="agent", id="", name=entry.draft.sender_name or address_of(entry.draft))
    return facts.of_contact(contact)


def _place(entry: Entry, contact: Contact, book: Book) -> tuple[Ticket, Conversation]:
    decision, draft = entry.decision, entry.draft
    if decision.ticket_id is None:
        ticket = _start_ticket(entry, contact, book)
        return ticket, _start_conversation(entry, contact, ticket, book)
    before = book.tickets[decision.ticket_id]
    effect = _effect(before, entry)
    if effect == "follow_up":
        successor = _successor(before, entry, book)
        if successor is None:
            ticket = _start_ticket(entry, contact, book, follows=before)
            _release(before, draft, book)
            return ticket, _start_conversation(entry, contact, ticket, book)
        before = book.tickets[successor.ticket_id]
        entry = replace(entry, decision=replace(decision, conversation_id=successor.id))
        effect = _effect(before, entry)
    ticket = _moved(before, effect, entry, contact, book)
    return ticket, _conversation_in(ticket, entry, contact, book)


def _effect(ticket: Ticket, entry: Entry) -> InboundEffect:
    return on_inbound(
        ticket,
        _said(entry),
        automatic=entry.is_mute,
        reopen_within=timedelta(hours=entry.inbox.reopen_within_h),
    )


def _is_idle(ticket: Ticket, entry: Entry) -> bool:
    """Whether the message moves no ticket: nobody's words, or words from before."""
    return entry.is_mute or is_late(ticket, _said(entry))


def _said(entry: Entry) -> datetime:
    return said_at(entry.draft.occurred_at, entry.draft.received_at)


def _successor(solved: Ticket, entry: Entry, book: Book) -> Conversation | None:
    """The thread goes on in a ticket that was started after this one: whoever was first wins."""
    for key in open_keys(entry.draft):
        holder = book.open_conversation(key)
        ticket = book.final_ticket(holder.ticket_id) if holder else None
        if holder and ticket and ticket.open and ticket.id == holder.ticket_id != solved.id:
            return holder
    return None


def _start_ticket(
    entry: Entry, contact: Contact, book: Book, follows: Ticket | None = None
) -> Ticket:
    ticket = new_ticket(
        TicketId(derived_id("ticket", entry.message_id)),
        book.next_number(),
        entry.draft,
        contact,
        suggested=entry.decision.suggested_ticket_id,
        follows=follows,
    )
    ticket = unheard(ticket) if entry.unheard else ticket
    ticket = of_default_type(ticket, book.catalogue)
    book.tickets.put(ticket)
    book.events.append(
        facts.fact(
            "ticket.created",
            ticket,
            cause=entry.message_id,
            actor=facts.of_contact(contact),
            at=entry.draft.received_at,
            message_id=entry.message_id,
        )
    )
    return ticket


def _moved(
    before: Ticket, effect: InboundEffect, entry: Entry, contact: Contact, book: Book
) -> Ticket:
    """Where the message takes the ticket: by its type's rule, else open again where it waited."""
    state = (
        None if _is_idle(before, entry) else automatic(before, "customer_message", book.catalogue)
    )
    if effect != "open" and state is None:
        return before
    at = entry.draft.received_at
    ticket = reopened(before, at) if state is None else entered(before, state, at)
    book.events.append(
        facts.fact(
            "ticket.changed",
            ticket,
            cause=entry.message_id,
            actor=facts.of_contact(contact),
            at=entry.draft.received_at,
            message_id=entry.message_id,
            inbox_id=entry.draft.inbox_id,
            changes=facts.differences(before, ticket),
        )
    )
    return ticket


def _release(ticket: Ticket, draft: Draft, book: Book) -> None:
    """The followed ticket's conversations leave their keys to the new one."""
    for conversation in book.conversations_of(ticket, draft.inbox_id):
        if conversation.open_key in open_keys(draft):
            book.put_conversation(replace(conversation, open_key=closed_key(conversation.id)))


def _conversation_in(ticket: Ticket, entry: Entry, contact: Contact, book: Book) -> Conversation:
    chosen = entry.decision.conversation_id
    if chosen is not None:
        conversation = book.conversations[chosen]
        if conversation.ticket_id == ticket.id:
            return conversation
        # its ticket was merged while it stayed behind: it moves with the ticket
        return book.put_conversation(replace(conversation, ticket_id=ticket.id))
    return _start_conversation(entry, contact, ticket, book)


def _start_conversation(entry: Entry, contact: Contact, ticket: Ticket, book: Book) -> Conversation:
    draft = entry.draft
    shared = open_key(draft.inbox_id, draft.thread_key)
    own = own_open_key(draft)
    id = ConversationId(derived_id("conversation", entry.message_id))
    free = (key for key in (shared, own) if book.open_conversation(key) is None)
    return book.put_conversation(
        Conversation(
            id=id,
            version=1,
            inbox_id=draft.inbox_id,
            channel=draft.channel,
            thread_key=draft.thread_key,
            open_key=next(free, closed_key(id)),
            ticket_id=ticket.id,
            contact_id=contact.id,
            recipient=_recipient(draft, entry.inbox),
            subject=draft.subject,
            created_at=draft.received_at,
            updated_at=draft.received_at,
        )
    )


def _recipient(draft: Draft, inbox: Inbox) -> str:
    """Where a reply goes: Reply-To where a mail has one (RFC 5322 section 3.6.2), never to us.

    Whoever writes in another's name does not get to say where our answers go.
    """
    if draft.mail and not draft.echo and not draft.sent_by and not draft.doubted:
        ours = _addresses(inbox)
        asked = (one for one in draft.mail.reply_to if untagged(one) not in ours)
        if chosen := next(asked, None):
            return f"mailto:{chosen}"
    return draft.senders[0].canonical


def _addresses(inbox: Inbox) -> frozenset[str]:
    return frozenset((inbox.address.lower(), *(alias.lower() for alias in inbox.aliases)))


def _heard(conversation: Conversation, entry: Entry) -> Conversation:
    draft = entry.draft
    newest = conversation.last_in_at is None or draft.occurred_at >= conversation.last_in_at
    counts = newest and not entry.from_us and not entry.automatic
    return replace(
        _answered(conversation, draft),
        last_in_at=draft.occurred_at if counts else conversation.last_in_at,
        last_in_native_id=draft.native_id if counts else conversation.last_in_native_id,
        reply_handle=(draft.reply_handle if newest else None) or conversation.reply_handle,
        participants=_grown(conversation.participants, draft, entry),
        updated_at=max(conversation.updated_at, draft.received_at),
    )


def _answered(conversation: Conversation, draft: Draft) -> Conversation:
    """The first answer to a conversation that we began tells its thread key."""
    if conversation.open_key != begun_key(draft.inbox_id, draft.senders[0].canonical):
        return conversation
    key = open_key(draft.inbox_id, draft.thread_key)
    return replace(conversation, thread_key=draft.thread_key, open_key=key)


def _grown(participants: tuple[str, ...], draft: Draft, entry: Entry) -> tuple[str, ...]:
    if draft.mail is None or entry.is_nobodys:
        return participants
    ours = _addresses(entry.inbox)
    heard = () if draft.doubted else (*draft.mail.to, *draft.mail.cc)
    named = [f"mailto:{a}" for a in heard if untagged(a) not in ours]
    everyone = dict.fromkeys((*participants, *keys_of(draft.senders), *named))
    return tuple(everyone)[:MAX_PARTICIPANTS]


def _unparked(message: Message, ticket: Ticket, book: Book) -> Message:
    """Apply what spoke of the message before it came."""
    waiting = book.parked.pop(native_key(message.inbox_id, message.native_id), [])
    for parked in sorted(waiting, key=lambda item: item.change.occurred_at):
        message = changed(message, parked.change) or message
        book.unparked.append(parked.id)
        book.events.append(_change_event(parked.change, message, ticket))
    return message


def apply_change(change: Change, inbox: Inbox, received_at: datetime, book: Book) -> None:
    """An edit, deletion or reaction: to the message that it speaks of, or parked until it comes."""
    key = native_key(inbox.id, change.native_id)
    message = book.spoken_of.get(key)
    if message is None:
        _park(change, inbox, key, received_at, book)
        return
    after = changed(message, change)
    ticket = book.tickets.get(message.ticket_id)
    if after is None or ticket is None:
        book.duplicates += 1
        return
    book.update(after)
    book.events.append(_change_event(change, after, ticket))


def _park(change: Change, inbox: Inbox, key: str, received_at: datetime, book: Book) -> None:
    parked = Parked(
        id=derived_id("parked", inbox.id, type(change).__name__, change.dedupe_id),
        key=key,
        inbox_id=inbox.id,
        change=change,
        expires_at=received_at + PARKED_FOR,
    )
    book.parking.append(parked)
    book.parked.setdefault(key, []).append(parked)


def _change_event(change: Change, message: Message, ticket: Ticket) -> Event:
    return facts.fact(
        EVENT_KINDS[type(change)],
        ticket,
        cause=derived_id(message.id, change.dedupe_id),
        actor=facts.SYSTEM,
        at=change.occurred_at,
        message_id=message.id,
        conversation_id=message.conversation_id,
        inbox_id=message.inbox_id,
    )
