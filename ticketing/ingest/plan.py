"""What a draft does to the book: contact, place, message, ticket, events. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from normalizer.model import (
    Author,
    ContactId,
    ConversationId,
    Delivery,
    Draft,
    Message,
    MessageId,
    TicketId,
)
from storage.events import Event
from storage.ids import derived_id
from ticketing import facts
from ticketing.contacts import keys_of, known_better, new_contact, proven
from ticketing.ingest.book import Book
from ticketing.ingest.changes import EVENT_KINDS, changed
from ticketing.ingest.evidence import gather, open_keys, own_open_key
from ticketing.ingest.model import Change, Parked, begun_key, native_key, open_key
from ticketing.ingest.tickets import after_message, new_ticket, reopened
from ticketing.lifecycle import InboundEffect, on_inbound, said_at
from ticketing.model import Contact, Conversation, Inbox, Ticket, closed_key
from ticketing.reply_tokens import ReplyTokens
from ticketing.threading import Decision, decide
from ticketing.tokens import tokens

PARKED_FOR = timedelta(days=7)
MAX_PARTICIPANTS = 64


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A draft on its way into the book, and what was decided about it."""

    draft: Draft
    inbox: Inbox
    message_id: MessageId
    decision: Decision
    automatic: bool

    @property
    def unproven(self) -> bool:
        """It says that we wrote it, and neither its domain proves it nor anything that only we and
        the customer know; which in turn proves nothing against the domain's word.
        """
        if not self.draft.echo or self.draft.mail is None or self.draft.vouched:
            return False
        return self.draft.doubted or self.decision.rule not in {"token", "reference"}

    @property
    def warnings(self) -> tuple[str, ...]:
        """For the agent: the normaliser's, threading's, and who may not be who they say."""
        return (*self.draft.warnings, *self.doubts)

    @property
    def doubts(self) -> tuple[str, ...]:
        """What speaks against its sender."""
        if self.unproven:
            return (*self.decision.warnings, "sender-unproven")
        failed = ("sender-failed",) if self.draft.doubted else ()
        return (*self.decision.warnings, *failed)

    @property
    def reports(self) -> bool:
        """A bounce with a known original: the daemon that reports is nobody's customer."""
        return self.draft.bounce is not None and self.decision.ticket_id is not None


def message_id_of(draft: Draft) -> MessageId:
    """The same utterance has the same id however often it is delivered."""
    return MessageId(derived_id(draft.inbox_id, draft.dedupe_id))


def decided(draft: Draft, inbox: Inbox, book: Book, reply_tokens: ReplyTokens) -> Entry:
    """Where the draft belongs, by what the book knows."""
    return Entry(
        draft=draft,
        inbox=inbox,
        message_id=message_id_of(draft),
        decision=decide(gather(draft, book, reply_tokens), inbox),
        automatic=draft.bounce is not None or bool(draft.mail and draft.mail.auto_reply),
    )


def enter(draft: Draft, inbox: Inbox, book: Book, reply_tokens: ReplyTokens) -> None:
    """Find the draft its place and put everything that follows from it into the book."""
    message_id = message_id_of(draft)
    if message_id in book.known:
        book.duplicates += 1
        return
    entry = decided(draft, inbox, book, reply_tokens)
    contact = _contact(entry, book)
    ticket, conversation = _place(entry, contact, book)
    message = _unparked(_message(entry, contact, conversation), ticket, book)
    book.insert(message)
    book.put_conversation(_heard(conversation, entry))
    book.tickets.put(after_message(ticket, message, automatic=entry.automatic or entry.unproven))
    book.events.append(
        facts.fact(
            "message.received" if message.direction == "in" else "message.sent",
            ticket,
            cause=message.id,
            actor=facts.SYSTEM if draft.echo else facts.of_contact(contact),
            at=draft.received_at,
            message_id=message.id,
            conversation_id=conversation.id,
            inbox_id=message.inbox_id,
            changes=facts.awaited_files(message),
        )
    )


def _contact(entry: Entry, book: Book) -> Contact:
    draft = entry.draft
    if entry.reports and entry.decision.conversation_id:
        return book.contacts[book.conversations[entry.decision.conversation_id].contact_id]
    senders = proven(draft.senders)
    name = "" if draft.echo or draft.doubted else draft.sender_name
    known = book.contact_of(keys_of(senders))
    if known is None:
        id = ContactId(derived_id("contact", entry.message_id))
        return book.put_contact(new_contact(id, senders, name, draft.language, draft.received_at))
    better = known_better(known, senders, name, draft.received_at, lambda key: key in book.by_point)
    return known if better is known else book.put_contact(better)


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
    ticket = _reopen(before, entry, contact, book) if effect == "open" else before
    return ticket, _conversation_in(ticket, entry, contact, book)


def _effect(ticket: Ticket, entry: Entry) -> InboundEffect:
    draft = entry.draft
    return on_inbound(
        ticket,
        said_at(draft.occurred_at, draft.received_at),
        automatic=entry.automatic or draft.echo,
        reopen_within=timedelta(hours=entry.inbox.reopen_within_h),
    )


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


def _reopen(before: Ticket, entry: Entry, contact: Contact, book: Book) -> Ticket:
    ticket = reopened(before, entry.draft.received_at)
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
    if draft.mail and not draft.echo and not draft.doubted:
        ours = _addresses(inbox)
        asked = (one for one in draft.mail.reply_to if _untagged(one) not in ours)
        if chosen := next(asked, None):
            return f"mailto:{chosen}"
    return draft.senders[0].canonical


def _addresses(inbox: Inbox) -> frozenset[str]:
    return frozenset((inbox.address.lower(), *(alias.lower() for alias in inbox.aliases)))


def _untagged(address: str) -> str:
    """``support+anything@host`` is delivered to ``support@host``."""
    local, _, host = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{host}"


def _heard(conversation: Conversation, entry: Entry) -> Conversation:
    draft = entry.draft
    newest = conversation.last_in_at is None or draft.occurred_at >= conversation.last_in_at
    counts = newest and not draft.echo and not entry.automatic
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
    if draft.mail is None or entry.reports:
        return participants
    ours = _addresses(entry.inbox)
    heard = () if draft.doubted else (*draft.mail.to, *draft.mail.cc)
    named = [f"mailto:{a}" for a in heard if _untagged(a) not in ours]
    everyone = dict.fromkeys((*participants, *keys_of(draft.senders), *named))
    return tuple(everyone)[:MAX_PARTICIPANTS]


def _message(entry: Entry, contact: Contact, conversation: Conversation) -> Message:
    draft = entry.draft
    return Message(
        id=entry.message_id,
        inbox_id=draft.inbox_id,
        channel=draft.channel,
        conversation_id=conversation.id,
        ticket_id=conversation.ticket_id,
        direction="out" if draft.echo else "in",
        author=_author(entry, contact),
        occurred_at=draft.occurred_at,
        received_at=draft.received_at,
        native_id=draft.native_id,
        sequence=draft.sequence,
        journal_id=draft.journal_id,
        subject=draft.subject,
        text=draft.text,
        html=draft.html,
        reply_text=draft.reply_text,
        signature=draft.signature,
        language=draft.language,
        files=draft.files,
        reply_to=draft.reply_to,
        mail=draft.mail,
        trust=draft.trust,
        delivery=_echoed(draft),
        threaded_by=f"{entry.decision.rule}: {entry.decision.why}",
        warnings=entry.warnings,
        tokens=tokens(draft.subject, draft.reply_text or draft.text, *_names(draft)),
    )


def _names(draft: Draft) -> Iterable[str]:
    return (item.name for item in draft.files[:10])


def _author(entry: Entry, contact: Contact) -> Author:
    draft = entry.draft
    if draft.echo:
        return Author(kind="vendor", name=draft.sender_name)
    address = draft.senders[0].value
    if entry.reports:
        return Author(kind="system", name=draft.sender_name, address=address)
    return Author(kind="contact", id=contact.id, name=contact.name, address=address)


def _echoed(draft: Draft) -> Delivery | None:
    if not draft.echo:
        return None
    ids = (draft.native_id,) if draft.native_id else ()
    return Delivery(state="sent", changed_at=draft.occurred_at, native_ids=ids)


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
