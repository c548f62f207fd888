"""From agents' replies to queued messages: those that come together share one transaction."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from connectors.contract import InboxId
from connectors.errors import ConnectorError
from normalizer.model import ConversationId, Message, MessageId, TicketId
from outbound import facts, metrics
from outbound.automatic.guard import ROBOT, Automatic, Guard
from outbound.automatic.leaving import LeavingLinks
from outbound.clock import Clock
from outbound.errors import CannotReply, OutboundError, Taken
from outbound.model import AutomaticMail, Bell, Heard, Offer, Outlet, Outlets, Reply, Since
from outbound.progress import delivery_of
from outbound.records import copied
from outbound.replying import (
    Ask,
    Place,
    answered,
    check,
    check_then,
    heard,
    message_of,
    needs_recent,
    same,
    since,
)
from outbound.store import OutboundStore
from outbound.suppression.handlers import Suppressions
from outbound.suppression.model import Stopped
from storage.blobs import Blobs
from storage.events import Event
from storage.gather import Gather
from storage.ids import truncate
from storage.mongo import Session
from ticketing.catalogue.model import Catalogue
from ticketing.catalogue.reading import Present, built_in
from ticketing.errors import Invalid, NotFound, TicketingError
from ticketing.facts import SYSTEM, of_viewer
from ticketing.links.policy import check_solving
from ticketing.model import Conversation, Ticket
from ticketing.permissions import Viewer, require, sees_inbox
from ticketing.reply_tokens import ReplyTokens

MAIL = "mailto:"
MAX_MERGES = 20
Refusal = OutboundError | TicketingError | ConnectorError


class Composed(msgspec.Struct, frozen=True, kw_only=True):
    """A message, and what writing it told; ``outlet`` is None when the key was known already."""

    message: Message
    outlet: Outlet | None
    events: tuple[Event, ...] = ()


Result = Composed | Refusal


class Composer:
    """The handler of "send": one transaction holds the message, the ticket and the events.

    Replies that arrive while one is being written are written next, together: in the order of
    their coming, each seeing what those before it left of its ticket.
    """

    def __init__(
        self,
        *,
        store: OutboundStore,
        outlets: Outlets,
        reply_tokens: ReplyTokens,
        suppressions: Suppressions,
        leaving: LeavingLinks,
        blobs: Blobs,
        clock: Clock,
        bell: Bell,
        offer: Offer,
        catalogue: Present = built_in,
    ) -> None:
        self._store = store
        self._catalogue = catalogue
        self._suppressions = suppressions
        self._automatic = Automatic(store, outlets, leaving)
        self._outlets = outlets
        self._reply_tokens = reply_tokens
        self._blobs = blobs
        self._clock = clock
        self._bell = bell
        self._offer = offer
        self._gather = Gather(self._compose)

    async def send_reply(self, viewer: Viewer, reply: Reply, now: datetime) -> Message:
        """The queued message; a repeated idempotency key gives the first one again.

        Raises NotFound, Forbidden, Invalid, CannotReply, NewerMessage, KeyReused.
        """
        if not reply.idempotency_key:
            raise Invalid("idempotency_key", "a reply needs one")
        return await self._gather(Ask(viewer=viewer, reply=reply, now=truncate(now)))

    async def send_automatic(self, wish: AutomaticMail, now: datetime) -> Message:
        """The queued message. Raises CannotReply("automatic", ...) when it must stay here, and what
        ``send_reply`` raises.
        """
        reply = Reply(
            ticket_id=wish.ticket_id,
            conversation_id=wish.conversation_id,
            idempotency_key=wish.key,
            text=wish.text,
            automatic=True,
        )
        return await self._gather(Ask(viewer=ROBOT, reply=reply, now=truncate(now)))

    async def _compose(self, asks: Sequence[Ask]) -> Sequence[Message | Exception]:
        results = await self._written(asks)
        await self.told([one for one in results if isinstance(one, Composed)])
        return [one.message if isinstance(one, Composed) else one for one in results]

    async def _ring(self, made: Sequence[Composed]) -> None:
        undo_s = {one.message.conversation_id: _undo_s(one.message) for one in made}
        now = [conversation_id for conversation_id, wait_s in undo_s.items() if not wait_s]
        if now:
            await self._bell.call("deliver", now)
        for conversation_id, wait_s in undo_s.items():
            if wait_s:
                await self._bell.enqueue("deliver", conversation_id, defer_by=wait_s)

    async def _written(self, asks: Sequence[Ask]) -> list[Result]:
        """Keys are looked up only when something stands in the way: nearly all are new."""
        try:
            results = await self._transact(asks, look_up=False)
        except Taken:
            return await self._transact(asks, look_up=True)
        refused = [n for n, result in enumerate(results) if not isinstance(result, Composed)]
        if refused:  # what is refused now may have been taken when it came first
            again = await self._transact([asks[n] for n in refused], look_up=True)
            for n, result in zip(refused, again, strict=True):
                results[n] = result
        return results

    async def _transact(self, asks: Sequence[Ask], *, look_up: bool) -> list[Result]:
        clock = await self._clock.now()

        async def work(session: Session) -> list[Result]:
            draft, guard = await self._drafted(asks, clock, session, look_up=look_up)
            results: list[Result] = []
            for ask in asks:
                try:
                    results.append(draft.add(ask, clock, self._reply_tokens, guard))
                except (OutboundError, TicketingError, ConnectorError) as error:
                    results.append(error)
            await draft.write(self._blobs)
            await guard.write()
            return results

        return await self._store.mongo.transaction(work)

    async def _drafted(
        self, asks: Sequence[Ask], clock: datetime, session: Session, *, look_up: bool
    ) -> tuple["Draft", Guard]:
        draft = Draft(self._store, asks, session, await self._catalogue())
        await draft.read(self._outlets, look_up=look_up)
        await draft.screen(self._suppressions, clock)
        return draft, await self._automatic.guard(asks, draft.recipient, session)

    async def formed(
        self, ask: Ask, clock: datetime, session: Session, known: Message | None = None
    ) -> tuple[Place, Message]:
        """The message as it would be sent now; nothing is written. ``known`` is the first one of
        this key: it is given back, when it says the same. Raises as ``send_reply``.
        """
        draft, guard = await self._drafted([ask], clock, session, look_up=False)
        place = draft.place(ask)
        if known is not None:
            return place, same(known, ask.reply, place.outlet, place.answered)
        return draft.formed(place, ask, clock, self._reply_tokens, guard)

    async def begin(
        self, viewer: Viewer, reply: Reply, now: datetime, session: Session
    ) -> Composed:
        """Queue the first message of a ticket in the transaction that makes the ticket; ``told`` is
        for after its commit. Raises as ``send_reply``.
        """
        clock = await self._clock.now()
        ask = Ask(viewer=viewer, reply=reply, now=truncate(now))
        return await self._within(ask, clock, session, replacing=False)

    async def replace(self, ask: Ask, clock: datetime, session: Session) -> Composed:
        """Queue the reply in the place of the message of this id, in the caller's transaction;
        ``told`` is for after its commit. Raises as ``send_reply``.
        """
        return await self._within(ask, clock, session, replacing=True)

    async def _within(
        self, ask: Ask, clock: datetime, session: Session, *, replacing: bool
    ) -> Composed:
        draft, guard = await self._drafted([ask], clock, session, look_up=False)
        composed = draft.add(ask, clock, self._reply_tokens, guard)
        await draft.write(self._blobs, replacing=replacing)
        return composed

    async def hold(self, message: Message, session: Session) -> None:
        """Keep the files of a message that waits, in the transaction that stores it.

        Raises BlobMissing.
        """
        await self._blobs.touch(session, [file.sha256 for file in message.files])

    async def told(self, composed: Sequence[Composed]) -> None:
        """After the commit: screens hear, and the delivery is rung for."""
        made = [one for one in composed if one.outlet is not None]
        self._offer([event for one in made for event in one.events])
        for one in made:
            metrics.REPLIES.labels(one.message.channel).inc()
        await self._ring(made)


class Draft:
    """What one run of the transaction has read, and what it is going to write."""

    def __init__(
        self, store: OutboundStore, asks: Sequence[Ask], session: Session, catalogue: Catalogue
    ) -> None:
        self._store = store
        self._catalogue = catalogue
        self._asks = asks
        self._session = session
        self._known: dict[str, Message] = {}
        self._outlets: dict[InboxId, Outlet | ConnectorError | None] = {}
        self._before: dict[TicketId, Ticket] = {}
        self._recent: dict[TicketId, tuple[Heard, ...]] = {}
        self._stopped: Stopped = {}
        self._answered: dict[MessageId, Message] = {}
        self._children: dict[TicketId, list[Ticket]] = {}
        self._queued: list[tuple[Message, str]] = []
        self._events: list[Event] = []

    async def read(self, outlets: Outlets, *, look_up: bool) -> None:
        """Everything, in a few reads for all."""
        store, session, asks = self._store, self._session, self._asks
        if look_up:
            found = await store.messages([ask.message_id for ask in asks], session)
            self._known = {message.id: message for message in found}
        wanted = [ask.reply.conversation_id for ask in asks]
        self._conversations, self._tickets = await store.threads(wanted, session)
        others = {ask.reply.ticket_id for ask in asks} - self._tickets.keys()
        self._tickets |= await store.tickets(others, session)
        await self._follow_merges()
        await self._ask_children()
        for inbox_id in {one.inbox_id for one in self._conversations.values()}:
            self._outlets[inbox_id] = await _outlet(outlets, inbox_id)
        self._recent = await store.recent(self._sinces(), session)
        if pointed := [ask.reply.reply_to for ask in asks if ask.reply.reply_to]:
            found = await store.messages(pointed, session)
            self._answered = {message.id: message for message in found}

    async def screen(self, suppressions: Suppressions, clock: datetime) -> None:
        """Whom nothing may be sent to, of all that these mails go to."""
        wanted = [
            address
            for ask in self._asks
            if (conversation := self._conversations.get(ask.reply.conversation_id))
            and conversation.recipient.startswith(MAIL)
            for address in (
                conversation.recipient.removeprefix(MAIL),
                *ask.reply.cc,
                *ask.reply.bcc,
            )
        ]
        self._stopped = await suppressions.stopped(
            wanted, clock, automatic=True, session=self._session
        )

    def recipient(self, ask: Ask) -> str:
        """The address that a mail would go to, "" where it is none."""
        conversation = self._conversations.get(ask.reply.conversation_id)
        canonical = conversation.recipient if conversation else ""
        return canonical.removeprefix(MAIL) if canonical.startswith(MAIL) else ""

    def _sinces(self) -> list[Since]:
        """How far back each ticket has to be read."""
        far: dict[TicketId, datetime] = {}
        for ask in self._asks:
            conversation = self._conversations.get(ask.reply.conversation_id)
            ticket = self._ticket(ask.reply.ticket_id)
            outlet = self._outlets.get(conversation.inbox_id) if conversation else None
            if conversation is None or ticket is None or not isinstance(outlet, Outlet):
                continue
            if needs_recent(outlet.manifest, ask.reply):
                moment = since(ticket, conversation)
                far[ticket.id] = min(moment, far.get(ticket.id, moment))
        return [Since(ticket_id, moment) for ticket_id, moment in far.items()]

    async def _follow_merges(self) -> None:
        for _ in range(MAX_MERGES):
            joined = {one.merged_into for one in self._tickets.values() if one.merged_into}
            if not (missing := joined - self._tickets.keys()):
                return
            self._tickets |= await self._store.tickets(missing, self._session)

    async def _ask_children(self) -> None:
        """Of parents that are to be solved by their replies: rare."""
        solving = {ask.reply.ticket_id for ask in self._asks if ask.reply.then == "solved"}
        for ticket in filter(None, map(self._ticket, solving)):
            if ticket.children:
                self._children[ticket.id] = await self._store.children(ticket.id, self._session)

    def _ticket(self, id: TicketId) -> Ticket | None:
        """A merged ticket sends us on to its target."""
        asked = self._tickets.get(id)
        for _ in range(MAX_MERGES):
            if asked is None or asked.merged_into is None:
                break
            asked = self._tickets.get(asked.merged_into)
        return asked

    def add(self, ask: Ask, clock: datetime, reply_tokens: ReplyTokens, guard: Guard) -> Composed:
        """One reply more; raises what refuses it."""
        place = self.place(ask)
        first = self._known.get(ask.message_id)
        if first is not None:
            again = same(first, ask.reply, place.outlet, place.answered)
            return Composed(message=again, outlet=None)
        place, message = self.formed(place, ask, clock, reply_tokens, guard)
        return self._taken(ask, place, message)

    def formed(
        self, place: Place, ask: Ask, clock: datetime, reply_tokens: ReplyTokens, guard: Guard
    ) -> tuple[Place, Message]:
        """The message, and all that was known when it was made; raises what refuses it."""
        check_then(ask.viewer, ask.reply)
        if ask.reply.then == "solved":
            check_solving(ask.viewer, place.ticket, self._children.get(place.ticket.id, []))
        place = msgspec.structs.replace(
            place,
            recent=self._recent.get(place.ticket.id, ()),
            stopped=self._stopped,
            unsubscribe=guard.unsubscribe(ask),
        )
        check(place, ask.reply, ask.now)
        guard.pass_(ask, place.recent)
        return place, message_of(ask, place, clock, reply_tokens)

    def _taken(self, ask: Ask, place: Place, message: Message) -> Composed:
        """What the reply changes."""
        after = answered(place.ticket, ask.reply, message, ask.now, self._catalogue)
        actor = SYSTEM if ask.reply.automatic else of_viewer(ask.viewer)
        changed = facts.ticket_answered(place.ticket, after, message, actor)
        events = (
            facts.replied(message, actor, place.ticket.followers),
            *((changed,) if changed else ()),
        )
        self._before.setdefault(place.ticket.id, place.ticket)
        self._tickets[after.id] = msgspec.structs.replace(after, version=after.version + 1)
        self._known[message.id] = message
        self._recent[after.id] = (heard(message), *place.recent)
        self._queued.append((message, place.conversation.thread_key))
        self._events.extend(events)
        return Composed(message=message, outlet=place.outlet, events=events)

    async def write(self, blobs: Blobs, *, replacing: bool = False) -> None:
        """All of it; Taken when a key was used before, unless that message is to be replaced."""
        if not self._queued:
            return
        touched = [file.sha256 for message, _ in self._queued for file in message.files]
        if touched:
            await blobs.touch(self._session, list(dict.fromkeys(touched)))
        await self._store.compose(
            self._queued,
            [(before, self._tickets[id]) for id, before in self._before.items()],
            self._with_copies(),
            self._events,
            self._session,
            replacing=replacing,
        )

    def _with_copies(self) -> list[Conversation]:
        """Conversations whose replies have people in copy that they did not know."""
        after: dict[ConversationId, Conversation] = {}
        for message, _ in self._queued:
            id = message.conversation_id
            copies = message.envelope.cc if message.envelope else ()
            points = [f"mailto:{address}" for address in copies]
            after[id] = copied(after.get(id, self._conversations[id]), points)
        return [one for id, one in after.items() if one != self._conversations[id]]

    def place(self, ask: Ask) -> Place:
        """Ticket and conversation as they are now."""
        viewer, reply = ask.viewer, ask.reply
        conversation = self._conversations.get(reply.conversation_id)
        if conversation is None or not sees_inbox(viewer, conversation.inbox_id):
            raise NotFound("conversation", reply.conversation_id)
        ticket = require(viewer, "reply", self._ticket(reply.ticket_id), reply.ticket_id)
        if conversation.ticket_id != ticket.id:
            raise NotFound("conversation", reply.conversation_id)
        outlet = self._outlets[conversation.inbox_id]
        if isinstance(outlet, ConnectorError):
            raise outlet
        if outlet is None or outlet.sender is None or not outlet.inbox.active:
            raise CannotReply("channel", "This inbox cannot send.")
        answered = self._answered.get(reply.reply_to) if reply.reply_to else None
        if reply.reply_to and (answered is None or answered.conversation_id != conversation.id):
            raise Invalid("reply_to", "is no message of this conversation")
        return Place(ticket=ticket, conversation=conversation, outlet=outlet, answered=answered)


def _undo_s(message: Message) -> float:
    """How long it may still be taken back."""
    delivery = delivery_of(message)
    if delivery.due_at is None or delivery.queued_at is None:
        return 0
    return (delivery.due_at - delivery.queued_at).total_seconds()


async def _outlet(outlets: Outlets, inbox_id: InboxId) -> Outlet | ConnectorError | None:
    try:
        return await outlets.outlet(inbox_id)
    except ConnectorError as error:
        return error
