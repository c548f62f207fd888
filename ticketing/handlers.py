"""Commands of agents: each loads, asks its policy, and saves with its events in one transaction.

What a command returns is the state after it; a repeated command with the same key returns the
first one's result.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import UNSET
from msgspec.structs import replace

from normalizer.model import AgentId, Author, Message, MessageId, TicketId
from storage.events import Change, Event, EventLog
from storage.ids import derived_id
from storage.mongo import Session
from storage.writes import Writes
from ticketing import facts
from ticketing.agents import check_agents
from ticketing.amendments import TicketChange, amended, rates
from ticketing.assets.referred import Referred
from ticketing.catalogue.reading import Catalogues
from ticketing.catalogue.store import CatalogueStore
from ticketing.errors import Invalid, Refused
from ticketing.links.handlers import check_children
from ticketing.links.store import LinkStore
from ticketing.model import Conversation, FieldValue, Ticket
from ticketing.permissions import Viewer, require, sees_inbox
from ticketing.redaction import asked_for, check_asked, revealed
from ticketing.store import Collections
from ticketing.transactions import Offer, Transactions
from ticketing.work.followers import mentioned, named_by

MAX_NOTE = 50_000
MAX_CONVERSATIONS = 200


class Commands:
    """``offer`` hears of what was committed (see ``Transactions``)."""

    def __init__(
        self,
        collections: Collections,
        events: EventLog,
        offer: Offer,
        catalogues: Catalogues | None = None,
    ) -> None:
        self._in = collections
        self._catalogues = catalogues or Catalogues(CatalogueStore(collections.mongo))
        self._referred = Referred(collections.mongo)
        self._transactions = Transactions(collections, events, offer)
        self._links = LinkStore(collections)

    async def change_ticket(
        self, viewer: Viewer, id: str, change: TicketChange, now: datetime
    ) -> Ticket:
        """Whatever is set of the change. Raises Stale when ``version`` is an old one."""

        async def work(session: Session, events: list[Event], writes: Writes) -> Ticket:
            before = require(viewer, "change", await self._in.tickets.get(id, session), id)
            after = await self.decided(session, viewer, before, change, now)
            if after is before:
                return before
            saved = replace(after, version=after.version + 1)
            writes.replace(self._in.tickets, [saved])
            events.append(_changed(before, saved, viewer, now, change))
            return saved

        changed = await self._transactions.run_joined(work)
        self.committed()
        return changed

    def committed(self) -> None:
        """After the commit of what was ``decided``."""
        self._catalogues.committed()

    async def decided(
        self,
        session: Session,
        viewer: Viewer,
        before: Ticket,
        change: TicketChange,
        now: datetime,
        *,
        unsaved: Mapping[TicketId, Ticket] | None = None,
    ) -> Ticket:
        """The ticket after the change, which the viewer may make; the same one when nothing
        differs. It is not saved, and nothing is told. ``unsaved`` are others that this transaction
        is going to change.
        """
        check_asked(viewer, asked_for(change))
        catalogue = await self._catalogues.current()
        await self._check_assignee(session, change)
        after = amended(before, change, now, catalogue)
        if after is before:
            return before
        if not change.force:
            await check_children(self._links, before, after, session, unsaved or {}, viewer=viewer)
        await self._give_to_team(session, before, after)
        await self._referred.check(session, before, after, catalogue, change.files)
        await self._catalogues.note_use(session, before, after)
        return after

    async def add_note(
        self,
        viewer: Viewer,
        id: str,
        text: str,
        key: str,
        now: datetime,
        *,
        mentions: Sequence[AgentId] = (),
    ) -> Message:
        """An internal note; ``key`` is the caller's idempotency key. ``mentions`` are told, and
        those that the text itself names.
        """
        if not text.strip() or len(text) > MAX_NOTE:
            raise Invalid("text", f"between 1 and {MAX_NOTE} characters")
        named = named_by(viewer, text, mentions)

        async def work(session: Session, events: list[Event]) -> Message:
            ticket = require(viewer, "note", await self._in.tickets.get(id, session), id)
            note_id = MessageId(derived_id("note", viewer.agent_id, key))
            known = await self._in.messages.get(note_id, session)
            if known is not None:
                return _same(known, ticket, text)
            if ticket.merged_into is not None:
                raise Refused("it was merged into another ticket: write the note there")
            note = _note(note_id, await self._place(session, ticket, viewer), viewer, text, now)
            await self._in.messages.insert(note, session=session)
            await check_agents(self._in, session, named, "mentions")
            counted = replace(
                mentioned(ticket, named),
                message_count=ticket.message_count + 1,
                updated_at=max(now, ticket.updated_at),
            )
            saved = await self._save(session, counted)
            events.append(_noted(note, ticket, saved, viewer, now=now, named=named))
            return note

        return await self._transactions.run(work)

    async def _save(self, session: Session, ticket: Ticket) -> Ticket:
        saved = replace(ticket, version=ticket.version + 1)
        await self._in.tickets.replace_many([saved], session=session)
        return saved

    async def _check_assignee(self, session: Session, change: TicketChange) -> None:
        if change.assignee_id is UNSET or not change.assignee_id:
            return
        agent = await self._in.agents.get(change.assignee_id, session)
        if agent is None or not agent.active:
            raise Invalid("assignee_id", "there is no such agent")

    async def reveal(self, viewer: Viewer, id: str, field: str, now: datetime) -> FieldValue:
        """A masked value, and the fact that somebody looked."""

        async def work(session: Session, events: list[Event]) -> FieldValue:
            ticket = require(viewer, "read", await self._in.tickets.get(id, session), id)
            value = revealed(viewer, ticket, field)
            event = facts.fact(
                "field.revealed",
                ticket,
                cause=f"{viewer.agent_id}|{field}|{now.isoformat()}",
                actor=facts.of_viewer(viewer),
                at=now,
                changes=(Change(field=field),),
            )
            events.append(event)
            return value

        return await self._transactions.run(work)

    async def _give_to_team(self, session: Session, before: Ticket, after: Ticket) -> None:
        """A team that was given a ticket once goes only by naming what takes its place."""
        if after.team_id in {before.team_id, ""}:
            return
        team = await self._in.teams.get(after.team_id, session)
        if team is None or team.replaced_by:
            raise Invalid("team_id", "there is no such team")
        if not team.used:
            where, change = {"_id": team.id}, {"$set": {"used": True}}
            await self._in.teams.update(where, change, session=session)

    async def _place(self, session: Session, ticket: Ticket, viewer: Viewer) -> Conversation:
        """Where a note stands: the ticket's latest conversation that its author sees."""
        found = await self._in.conversations.find(
            {"ticket_id": ticket.id}, limit=MAX_CONVERSATIONS, session=session
        )
        visible = [item for item in found if sees_inbox(viewer, item.inbox_id)]
        if not visible:
            raise Refused("the ticket has no conversation")
        return max(visible, key=lambda item: (item.updated_at, item.id))


def _same(known: Message, ticket: Ticket, text: str) -> Message:
    if known.text != text or known.ticket_id != ticket.id:
        raise Invalid("Idempotency-Key", "it was used for another note")
    return known


def _note(id: MessageId, place: Conversation, viewer: Viewer, text: str, now: datetime) -> Message:
    return Message(
        id=id,
        inbox_id=place.inbox_id,
        channel=place.channel,
        conversation_id=place.id,
        ticket_id=place.ticket_id,
        direction="note",
        author=Author(kind="agent", id=viewer.agent_id, name=viewer.name),
        occurred_at=now,
        received_at=now,
        text=text,
        reply_text=text,
    )


def _changed(
    before: Ticket, after: Ticket, viewer: Viewer, now: datetime, change: TicketChange
) -> Event:
    rated = facts.rating(after) if rates(before, after, change) else ()
    return facts.fact(
        "ticket.changed",
        after,
        cause=f"v{after.version}",
        actor=facts.of_viewer(viewer),
        at=now,
        changes=(*facts.differences(before, after), *rated),
        why=change.why,
    )


def _noted(
    note: Message,
    before: Ticket,
    ticket: Ticket,
    viewer: Viewer,
    *,
    now: datetime,
    named: Sequence[AgentId],
) -> Event:
    return facts.fact(
        "note.added",
        ticket,
        cause=note.id,
        actor=facts.of_viewer(viewer),
        at=now,
        message_id=note.id,
        conversation_id=note.conversation_id,
        inbox_id=note.inbox_id,
        changes=(*facts.differences(before, ticket), *facts.naming(named)),
    )
