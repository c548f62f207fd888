"""From an agent's reply to a queued message: checked, rendered, its recipients frozen."""

from datetime import datetime, timedelta

import msgspec

from connectors.contract import SenderId
from normalizer.model import Author, Delivery, File, MailFacts, Message, MessageId
from outbound import facts, metrics
from outbound.clock import Clock
from outbound.errors import CannotReply, KeyReused, NewerMessage
from outbound.mailing import envelope, reply_subject
from outbound.model import Bell, Outlet, Outlets, Reply
from outbound.render import Rendered, render
from outbound.store import OutboundStore
from outbound.trouble import after_reply
from outbound.window import reply_window
from storage.blobs import Blobs
from storage.ids import derived_id, truncate
from storage.mongo import Session
from ticketing.errors import Invalid, NotFound
from ticketing.facts import of_viewer
from ticketing.lifecycle import is_open, on_reply
from ticketing.model import Conversation, Ticket
from ticketing.permissions import Viewer, require, sees_inbox
from ticketing.reply_tokens import ReplyTokens
from ticketing.tokens import tokens

CLOCK_SLACK = timedelta(minutes=5)
SNIPPET = 160
UNSCOPED = frozenset({"mailto", "tel"})


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a reply goes, as read in the transaction; ``recent`` is newest first."""

    ticket: Ticket
    conversation: Conversation
    outlet: Outlet
    recent: tuple[Message, ...]


class Composer:
    """The handler of "send": one transaction holds the message, the ticket and the events."""

    def __init__(
        self,
        *,
        store: OutboundStore,
        outlets: Outlets,
        reply_tokens: ReplyTokens,
        blobs: Blobs,
        clock: Clock,
        bell: Bell,
    ) -> None:
        self._store = store
        self._outlets = outlets
        self._reply_tokens = reply_tokens
        self._blobs = blobs
        self._clock = clock
        self._bell = bell

    async def send_reply(self, viewer: Viewer, reply: Reply, now: datetime) -> Message:
        """The queued message; a repeated idempotency key gives the first one again.

        Raises NotFound, Forbidden, Invalid, CannotReply, NewerMessage, KeyReused.
        """
        if not reply.idempotency_key:
            raise Invalid("idempotency_key", "a reply needs one")
        clock = await self._clock.now()

        async def work(session: Session) -> tuple[Message, Outlet | None]:
            return await self._write(viewer, reply, truncate(now), clock, session)

        message, outlet = await self._store.mongo.transaction(work)
        if outlet is not None:
            metrics.REPLIES.labels(message.channel).inc()
            await self._bell.enqueue(
                "deliver", message.conversation_id, defer_by=outlet.inbox.undo_s
            )
            await self._bell.enqueue("relay")
        return message

    async def _write(
        self, viewer: Viewer, reply: Reply, now: datetime, clock: datetime, session: Session
    ) -> tuple[Message, Outlet | None]:
        """The message, and its outlet when it is new."""
        id = MessageId(derived_id("reply", viewer.agent_id, reply.idempotency_key))
        place = await self._place(viewer, reply, session)
        first = await self._store.message(id, session)
        if first is not None:
            return _same(first, reply, place.outlet), None
        place = await self._with_recent(place, reply, session)
        _check(place, reply, now)
        message = self._message(id, viewer, reply, place, now, clock)
        after = answered(place.ticket, reply, message, now)
        actor = of_viewer(viewer)
        event = facts.ticket_answered(place.ticket, after, message, actor)
        await self._store.insert_reply(message, place.conversation.thread_key, session)
        await self._store.update_ticket(place.ticket, after, session)
        if message.envelope is not None and message.envelope.cc:
            copies = [f"mailto:{address}" for address in message.envelope.cc]
            await self._store.add_participants(place.conversation, copies, session)
        if message.files:
            await self._blobs.touch(session, [file.sha256 for file in message.files])
        changed = () if event is None else (event,)
        await self._store.append((facts.replied(message, actor), *changed), session)
        return message, place.outlet

    async def _place(self, viewer: Viewer, reply: Reply, session: Session) -> Place:
        """Ticket and conversation as they are now; a merged ticket sends us on to its target."""
        conversation = await self._store.conversation(reply.conversation_id, session)
        if conversation is None or not sees_inbox(viewer, conversation.inbox_id):
            raise NotFound("conversation", reply.conversation_id)
        asked = await self._store.ticket(reply.ticket_id, session)
        ticket = asked
        if asked is not None and asked.merged_into is not None:
            ticket = await self._store.ticket(asked.merged_into, session)
        ticket = require(viewer, "reply", ticket, reply.ticket_id)
        if conversation.ticket_id != ticket.id:
            raise NotFound("conversation", reply.conversation_id)
        outlet = await self._outlets.outlet(conversation.inbox_id)
        if outlet is None or outlet.sender is None or not outlet.inbox.active:
            raise CannotReply("channel", "This inbox cannot send.")
        return Place(ticket=ticket, conversation=conversation, outlet=outlet, recent=())

    async def _with_recent(self, place: Place, reply: Reply, session: Session) -> Place:
        """Read only for what needs it: the thread of a mail, and what the agent has not seen."""
        if place.outlet.manifest.family != "mailto" and reply.seen_message_id is None:
            return place
        since = _since(place.ticket, place.conversation)
        recent = await self._store.recent(place.ticket.id, since, session)
        return msgspec.structs.replace(place, recent=tuple(recent))

    def _message(  # noqa: PLR0917  everything that a message is made of
        self,
        id: MessageId,
        viewer: Viewer,
        reply: Reply,
        place: Place,
        now: datetime,
        clock: datetime,
    ) -> Message:
        ticket, conversation, outlet = place.ticket, place.conversation, place.outlet
        rendered = _rendered(reply, place)
        message = Message(
            id=id,
            inbox_id=conversation.inbox_id,
            channel=conversation.channel,
            conversation_id=conversation.id,
            ticket_id=ticket.id,
            direction="out",
            author=Author(kind="agent", id=viewer.agent_id, name=viewer.name),
            occurred_at=now,
            received_at=now,
            sequence=_sequence(clock, ticket),
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            reply_text=rendered.text,
            files=reply.files,
            recipient=recipient_of(conversation.recipient),
            delivery=_queued(outlet, clock),
            threaded_by="reply",
            warnings=rendered.warnings,
            tokens=tokens(rendered.text, *(file.name for file in reply.files)),
        )
        if outlet.manifest.family != "mailto":
            return message
        return self._addressed(message, reply, place)

    def _addressed(self, message: Message, reply: Reply, place: Place) -> Message:
        """The same message with its mail envelope frozen; its Message-ID is its native id."""
        parent = _parent(place)
        frozen = envelope(
            self._reply_tokens,
            place.outlet.inbox,
            number=place.ticket.number,
            message_id=message.id,
            recipient=message.recipient.value if message.recipient else "",
            copies=reply.cc,
            parent=parent,
        )
        delivery = message.delivery
        return msgspec.structs.replace(
            message,
            envelope=frozen,
            native_id=frozen.message_id,
            mail=MailFacts(
                message_id=frozen.message_id,
                in_reply_to=(frozen.in_reply_to,) if frozen.in_reply_to else (),
                references=frozen.references,
                to=frozen.to,
                cc=frozen.cc,
            ),
            reply_to=parent.id if parent else "",
            delivery=msgspec.structs.replace(delivery, native_ids=(frozen.message_id,))
            if delivery
            else None,
        )


def _queued(outlet: Outlet, clock: datetime) -> Delivery:
    """Due when the undo time is over, by the database's clock."""
    due = clock + timedelta(seconds=outlet.inbox.undo_s)
    return Delivery(state="queued", changed_at=clock, fence=1, due_at=due, queued_at=clock)


def _sequence(clock: datetime, ticket: Ticket) -> str:
    """The place in the conversation's order; replies at once conflict on the ticket's version."""
    return f"{int(clock.timestamp() * 1000):013d}.{ticket.version:08d}"


def recipient_of(canonical: str) -> SenderId:
    """``family:value`` or ``family:scope/value``; mail addresses and numbers have no scope."""
    family, _, rest = canonical.partition(":")
    scope, slash, value = rest.partition("/")
    if not slash or family in UNSCOPED:
        return SenderId(family=family, value=rest)
    return SenderId(family=family, value=value, scope=scope)


def answered(ticket: Ticket, reply: Reply, message: Message, now: datetime) -> Ticket:
    """The ticket after a reply. Pure."""
    status = on_reply(ticket, reply.then)
    changed = status != ticket.status
    return msgspec.structs.replace(
        ticket,
        status=status,
        open=is_open(status),
        status_at=max(now, ticket.status_at or now) if changed else ticket.status_at,
        solved_at=(now if changed else ticket.solved_at) if status == "solved" else None,
        snippet=" ".join(message.text.split())[:SNIPPET],
        message_count=ticket.message_count + 1,
        updated_at=now,
        activity_at=max(now, ticket.activity_at),
        last_out_at=now,
        waiting_since=None,
        delivery_trouble=after_reply(ticket.delivery_trouble),
    )


def _check(place: Place, reply: Reply, now: datetime) -> None:
    if place.ticket.status == "closed":
        raise CannotReply("ticket", "This ticket is closed; write a new one to the customer.")
    window = reply_window(place.outlet.manifest, place.conversation, now)
    if not window.can_reply:
        raise CannotReply("window", window.reason)
    if reply.cc and not place.outlet.manifest.can("cc"):
        raise CannotReply("cc", f"{place.outlet.manifest.name} has no copies.")
    newer = _unseen(place.recent, reply.seen_message_id)
    if newer is not None and not reply.send_anyway:
        raise NewerMessage(newer.id)


def _unseen(recent: tuple[Message, ...], seen_id: MessageId | None) -> Message | None:
    """The newest inbound message that came after the last one on the agent's screen.

    By arrival, not by the sender's clock: a late one was not on the screen either.
    """
    inbound = [message for message in recent if message.direction == "in"]
    if seen_id is None or not inbound:
        return None
    newest = max(inbound, key=lambda message: (message.received_at, message.id))
    seen = next((message for message in recent if message.id == seen_id), None)
    if newest.id == seen_id or (seen is not None and newest.received_at <= seen.received_at):
        return None
    return newest


def _since(ticket: Ticket, conversation: Conversation) -> datetime:
    """Far enough back to hold the last inbound message of both, or our own last one."""
    marks = [moment for moment in (ticket.last_in_at, conversation.last_in_at) if moment]
    return (min(marks) if marks else ticket.created_at) - CLOCK_SLACK


def _parent(place: Place) -> Message | None:
    """The mail that this one answers: their last in the conversation, else our own last."""
    mails = [
        message
        for message in place.recent
        if message.conversation_id == place.conversation.id
        and message.mail is not None
        and message.direction != "note"
    ]
    return next((mail for mail in mails if mail.direction == "in"), mails[0] if mails else None)


def _rendered(reply: Reply, place: Place) -> Rendered:
    subject = place.conversation.subject or place.ticket.subject
    return render(
        place.outlet.manifest,
        text=reply.text,
        html=reply.html,
        subject=reply_subject(subject, place.ticket.number),
        files=reply.files,
    )


def _same(first: Message, reply: Reply, outlet: Outlet) -> Message:
    """The first message of this key, if the key came with the same words again."""
    again = render(outlet.manifest, text=reply.text, html=reply.html, subject="", files=reply.files)
    copies = first.envelope.cc if first.envelope else ()
    same = (
        first.conversation_id == reply.conversation_id
        and (first.text, first.html) == (again.text, again.html)
        and _names(first.files) == _names(reply.files)
        and {copy.lower() for copy in copies} <= {copy.strip().lower() for copy in reply.cc}
    )
    if not same:
        raise KeyReused(first.id)
    return first


def _names(files: tuple[File, ...]) -> list[tuple[str, str]]:
    return [(file.name, file.sha256) for file in files]
