"""Conversations that we begin: a ticket with a place to write from, before its first message."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from connectors.contract import InboxId
from connectors.events import SenderId
from normalizer.model import ContactId, ConversationId, TicketId
from storage.events import Event, EventLog
from storage.ids import derived_id
from storage.mongo import Session
from ticketing import facts
from ticketing.amendments import MAX_SUBJECT, rates
from ticketing.assets.referred import Referred
from ticketing.catalogue.beginning import Beginning, begun
from ticketing.catalogue.model import Catalogue
from ticketing.catalogue.reading import Catalogues
from ticketing.catalogue.store import CatalogueStore
from ticketing.errors import Forbidden, Invalid, NotFound
from ticketing.ingest.model import begun_key
from ticketing.ingest.numbers import NumberPool
from ticketing.links.adopting import Adopting
from ticketing.links.store import LinkStore
from ticketing.model import Contact, Conversation, Inbox, Ticket, closed_key
from ticketing.people.identity import new_contact
from ticketing.permissions import Viewer, allowed, sees, sees_inbox
from ticketing.redaction import asked_for, check_change
from ticketing.store import Collections, settle


class NewConversation(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to write to, from which inbox; ``key`` is the caller's idempotency key. With a
    ``parent_id`` the ticket is that one's child.
    """

    inbox_id: InboxId
    recipient: SenderId
    subject: str
    key: str
    name: str = ""
    beginning: Beginning = Beginning()
    parent_id: str = ""


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """The ticket, and the conversation in which its first message is to be written."""

    ticket: Ticket
    conversation: Conversation
    events: tuple[Event, ...] = ()


First = Callable[[Session, Begun], Awaitable[None]]


class _Start(msgspec.Struct, frozen=True, kw_only=True):
    """A wish that was granted; ids derive from ``seed``."""

    wish: NewConversation
    inbox: Inbox
    seed: str
    number: int
    at: datetime
    catalogue: Catalogue


class Starter:
    """Finds or makes the contact, then ticket and conversation, in one transaction."""

    def __init__(
        self,
        collections: Collections,
        events: EventLog,
        numbers: NumberPool,
        offer: Callable[[Sequence[Event]], None],
        catalogues: Catalogues | None = None,
    ) -> None:
        self._catalogues = catalogues or Catalogues(CatalogueStore(collections.mongo))
        self._referred = Referred(collections.mongo)
        self._adopting = Adopting(LinkStore(collections))
        self._in = collections
        self._events = events
        self._numbers = numbers
        self._offer = offer

    async def start(
        self, viewer: Viewer, wish: NewConversation, now: datetime, first: First | None = None
    ) -> Begun:
        """``first`` writes the first message, in the same transaction: where it refuses, there is
        no ticket either. A repeated call with the same key finds what the first one made.
        """
        if not allowed(viewer, "start"):
            raise Forbidden("start")
        if len(wish.subject) > MAX_SUBJECT:
            raise Invalid("subject", f"at most {MAX_SUBJECT} characters")
        visible = sees_inbox(viewer, wish.inbox_id)
        inbox = await self._in.inboxes.get(wish.inbox_id) if visible else None
        if inbox is None or not inbox.active:
            raise NotFound("inbox", wish.inbox_id)
        seed = derived_id("start", viewer.agent_id, wish.key)
        (number,) = await self._numbers.take(1)
        catalogue = await self._catalogues.current()
        start = _Start(
            wish=wish, inbox=inbox, seed=seed, number=number, at=now, catalogue=catalogue
        )

        async def work(session: Session) -> Begun:
            known = await self._known(session, seed)
            if known is not None:
                return known
            begun = await self._begin(session, viewer, start)
            if first is not None:
                await first(session, begun)
            return begun

        begun = await settle(self._in.mongo, work)
        self._catalogues.committed()
        self._offer(begun.events)
        return begun

    async def _known(self, session: Session, seed: str) -> Begun | None:
        ticket = await self._in.tickets.get(_ticket_id(seed), session)
        conversation = await self._in.conversations.get(_conversation_id(seed), session)
        if ticket is None or conversation is None:
            return None
        return Begun(ticket=ticket, conversation=conversation)

    async def _begin(self, session: Session, viewer: Viewer, start: _Start) -> Begun:
        contact = await self._contact(session, start)
        plain = _for_themself(viewer, _ticket(start, contact))
        ticket = await self._shaped(session, viewer, start, plain)
        if not sees(viewer, ticket):
            raise Forbidden("start for tickets of this organisation and type")
        conversation = _conversation(start, ticket)
        await self._free(session, conversation)
        await self._in.tickets.insert(ticket, session=session)
        await self._in.conversations.insert(conversation, session=session)
        events = [_created(start, plain, ticket, viewer)]
        if parent := start.wish.parent_id:
            events += await self._adopting.born(viewer, parent, ticket, start.at, session)
        await self._events.append(session, events)
        return Begun(ticket=ticket, conversation=conversation, events=tuple(events))

    async def _shaped(
        self, session: Session, viewer: Viewer, start: _Start, plain: Ticket
    ) -> Ticket:
        """Of the type, by the template and with the fields that were asked for."""
        beginning, catalogue = start.wish.beginning, start.catalogue
        ticket = begun(plain, beginning, catalogue, start.at)
        check_change(viewer, plain, ticket, asked_for(beginning.change))
        await self._referred.check(session, plain, ticket, catalogue)
        await self._catalogues.note_use(session, None, ticket)
        return ticket

    async def _contact(self, session: Session, start: _Start) -> Contact:
        wish = start.wish
        where = {"point_keys": wish.recipient.canonical}
        known = await self._in.contacts.find_one(where, session=session)
        if known is not None:
            return known
        id = ContactId(derived_id("contact", start.seed))
        contact = new_contact(id, (wish.recipient,), wish.name, "", start.at)
        await self._in.contacts.insert(contact, session=session)
        return contact

    async def _free(self, session: Session, conversation: Conversation) -> None:
        """An earlier one that was never answered leaves the key: the answer comes to the latest."""
        where = {"open_key": conversation.open_key}
        holder = await self._in.conversations.find_one(where, session=session)
        if holder is not None:
            released = replace(holder, open_key=closed_key(holder.id), version=holder.version + 1)
            await self._in.conversations.replace_many([released], session=session)


def _created(start: _Start, plain: Ticket, ticket: Ticket, viewer: Viewer) -> Event:
    beginning = start.wish.beginning
    rated = facts.rating(ticket) if rates(plain, ticket, beginning.change) else ()
    return facts.fact(
        "ticket.created",
        ticket,
        cause=start.seed,
        actor=facts.of_viewer(viewer),
        at=start.at,
        changes=(*facts.began_with(plain, ticket, beginning.template_id), *rated),
    )


def _for_themself(viewer: Viewer, ticket: Ticket) -> Ticket:
    """Whoever sees only some tickets owns those that they begin."""
    return ticket if viewer.reach == "all" else replace(ticket, assignee_id=viewer.agent_id)


def _ticket_id(seed: str) -> TicketId:
    return TicketId(derived_id("ticket", seed))


def _conversation_id(seed: str) -> ConversationId:
    return ConversationId(derived_id("conversation", seed))


def _ticket(start: _Start, contact: Contact) -> Ticket:
    inbox = start.inbox
    return Ticket(
        id=_ticket_id(start.seed),
        version=1,
        number=start.number,
        subject=start.wish.subject.strip() or contact.name,
        status="open",
        open=True,
        priority="normal",
        assignee_id="",
        contact_id=contact.id,
        contact_name=contact.name,
        organisation_id=contact.organisation_id,
        inbox_id=inbox.id,
        inbox_ids=(inbox.id,),
        channel=inbox.channel,
        channels=(inbox.channel,),
        created_at=start.at,
        updated_at=start.at,
        activity_at=start.at,
    )


def _conversation(start: _Start, ticket: Ticket) -> Conversation:
    wish, inbox = start.wish, start.inbox
    recipient = wish.recipient.canonical
    mail = wish.recipient.family == "mailto"
    id = _conversation_id(start.seed)
    return Conversation(
        id=id,
        version=1,
        inbox_id=inbox.id,
        channel=inbox.channel,
        thread_key=wish.recipient.value,
        # an answer by mail carries our token; elsewhere the sender is all that it can be known by
        open_key=closed_key(id) if mail else begun_key(inbox.id, recipient),
        ticket_id=ticket.id,
        contact_id=ticket.contact_id,
        recipient=recipient,
        participants=(recipient,),
        subject=wish.subject,
        created_at=start.at,
        updated_at=start.at,
    )
