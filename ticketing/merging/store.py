"""The queries of merges: records, what moved, and messages in numbers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec

from normalizer.model import AgentId, ContactId, ConversationId, Message, MessageId, TicketId
from storage.collection import portions
from storage.migrations import Index
from storage.mongo import Session
from ticketing.errors import Refused
from ticketing.links.store import LinkStore
from ticketing.merging.clocks import counted, counts_in
from ticketing.merging.model import (
    MAX_CONVERSATIONS,
    MAX_SPLIT,
    PAGE,
    Cut,
    Merge,
    MergeId,
    Moved,
    Piece,
    Place,
    Size,
    SplitWish,
    Tally,
)
from ticketing.merging.splitting import new_conversation
from ticketing.merging.world import World
from ticketing.model import Contact, Conversation, ReadMark, Ticket, read_mark_id
from ticketing.permissions import visible_inboxes
from ticketing.roles.model import Access
from ticketing.store import Collections

ItemT = TypeVar("ItemT")

INDEXES = (
    Index(collection="merges", name="by_source", keys=(("source_id", 1),)),
    Index(collection="merges", name="by_target", keys=(("target_id", 1),)),
    Index(collection="moved_by_merges", name="by_merge", keys=(("merge_id", 1),)),
)

MAX_RECORDS = 200
APART = {"$set": {"apart": True}}
MAX_AGENTS = 1_000
MAX_TEAMS = 1_000
SIDES = ("source_id", "target_id")
NEWEST = (("at", -1), ("_id", -1))
MAX_NEWS = 500
SLACK = timedelta(hours=1)  # between a message's arrival and its being stored
_GROUPS: Mapping[str, Any] = {
    "$group": {
        "_id": {
            "conversation": "$conversation_id",
            "direction": "$direction",
            "author": "$author.kind",
            "state": "$delivery.state",
            "due": "$delivery.due_at",
        },
        "n": {"$sum": 1},
    }
}


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """What messages of one conversation have in common."""

    conversation: ConversationId
    direction: str
    author: str = ""
    state: str | None = None
    due: datetime | None = None


class MergeStore:
    """Each read is bounded; writes are of one ``World``."""

    def __init__(self, collections: Collections) -> None:
        self._in = collections
        self._merges = collections.mongo.collection("merges", Merge)
        self._moved = collections.mongo.collection("moved_by_merges", Moved)
        self.links = LinkStore(collections)

    async def tickets(self, ids: Iterable[str], session: Session) -> dict[TicketId, Ticket]:
        """Tickets by id."""
        found = await self._in.tickets.by_ids(ids, session=session)
        return {one.id: one for one in found.values()}

    async def record(self, id: str, session: Session | None = None) -> Merge | None:
        """One merge or split."""
        return await self._merges.get(id, session)

    async def records_of(self, id: str, session: Session | None = None) -> list[Merge]:
        """The last ones that the ticket took part in, the latest first."""
        found = {
            one.id: one
            for side in SIDES
            for one in await self._merges.find(
                {side: id}, sort=NEWEST, limit=MAX_RECORDS, session=session
            )
        }
        return sorted(found.values(), key=lambda one: (one.at, one.id), reverse=True)

    async def _since(self, id: TicketId, at: datetime, session: Session) -> list[Merge]:
        """All that the ticket took part in from then on. Raises Refused where they are too many."""
        found: list[Merge] = []
        for side in SIDES:
            where = {side: id, "at": {"$gte": at}}
            some = await self._merges.find(
                where, sort=NEWEST, limit=MAX_RECORDS + 1, session=session
            )
            if len(some) > MAX_RECORDS:
                raise Refused(
                    f"more than {MAX_RECORDS} merges and splits came after it: "
                    "undo the latest of them first"
                )
            found += some
        return found

    async def later(self, record: Merge, session: Session) -> list[Merge]:
        """Merges and splits in force that came after it and touch what it touched. Raises
        Refused.
        """
        wanted = [record.source_id, record.target_id]
        found: dict[MergeId, Merge] = {}
        asked: set[TicketId] = set()
        while wanted:
            id = wanted.pop()
            if id in asked:
                continue
            asked.add(id)
            for one in await self._since(id, record.at, session):
                if one.undone_at is None and (one.at, one.id) > (record.at, record.id):
                    found[one.id] = one
                    wanted += [one.source_id, one.target_id]
        return list(found.values())

    async def moved(
        self, id: MergeId, session: Session | None = None
    ) -> tuple[frozenset[ConversationId], tuple[MessageId, ...]]:
        """Conversations, and messages of split ones."""
        pages = await self._moved.find({"merge_id": id}, limit=MAX_RECORDS, session=session)
        conversations = frozenset(one for page in pages for one in page.conversation_ids)
        return conversations, tuple(one for page in pages for one in page.message_ids)

    async def places(self, id: TicketId, session: Session | None = None) -> list[Place]:
        """The conversations of a ticket."""
        fields = dict.fromkeys(Place.__struct_fields__[1:], 1)
        cursor = self._in.conversations.raw.find({"ticket_id": id}, fields, session=session)
        found = await cursor.limit(MAX_CONVERSATIONS + 1).to_list(None)
        return [msgspec.convert(one, Place) for one in found]

    async def tallies(
        self, id: TicketId, session: Session | None = None
    ) -> dict[ConversationId, Tally]:
        """A ticket's messages in numbers, by conversation."""
        stages = [{"$match": {"ticket_id": id}}, _GROUPS]
        cursor = await self._in.messages.raw.aggregate(stages, session=session)
        found: dict[ConversationId, Tally] = {}
        for one in await cursor.to_list(None):
            group = msgspec.convert(one["_id"], Group)
            known = found.get(group.conversation, Tally())
            found[group.conversation] = _more(known, group, one["n"])
        return found

    async def news(
        self, id: TicketId, since: datetime, session: Session | None = None
    ) -> list[Message]:
        """The last messages of a ticket, as far as they may have come after ``since``."""
        where = {"ticket_id": id, "received_at": {"$gte": since - SLACK}}
        cursor = self._in.messages.raw.find(where, {"tokens": 0, "html": 0}, session=session)
        found = await cursor.sort([("received_at", -1)]).limit(MAX_NEWS).to_list(MAX_NEWS)
        return [self._in.messages.decode(one) for one in found]

    async def world(
        self,
        ids: Iterable[TicketId],
        session: Session,
        *,
        since: datetime | None = None,
        marks: bool = True,
    ) -> World:
        """These tickets with what they hold; ``since`` asks for the messages that came later.
        Without ``marks`` nobody is known to have read anything: for looking only.
        """
        tickets = await self.tickets(ids, session)
        places: list[Place] = []
        tallies: dict[ConversationId, Tally] = {}
        messages: list[Message] = []
        for ticket in tickets.values():
            if ticket.merged_into is not None:
                continue
            places += await self.places(ticket.id, session)
            tallies |= await self.tallies(ticket.id, session)
            messages += await self.news(ticket.id, since, session) if since else []
        agents = await self._readers(tickets.values(), session) if marks else []
        return World(
            tickets=tickets,
            places=places,
            tallies=tallies,
            messages=messages,
            marks=await self._marks(agents, tickets, session),
            agents=agents,
        )

    async def _readers(self, tickets: Iterable[Ticket], session: Session) -> list[AgentId]:
        """Who sees an inbox of one of the tickets: nobody else needs to know what they have read.
        For each a mark of each ticket is looked up.
        """
        teams = await self._in.teams.find({}, limit=MAX_TEAMS, session=session)
        access = Access(roles={}, teams={one.id: one for one in teams})
        inboxes = {id for one in tickets for id in (one.inbox_id, *one.inbox_ids)}
        agents = await self._in.agents.find({}, limit=MAX_AGENTS, session=session)
        seen = {one.id: visible_inboxes(one, access) for one in agents}
        return [id for id, mine in seen.items() if mine is None or not inboxes.isdisjoint(mine)]

    async def _marks(
        self, agents: Sequence[AgentId], tickets: Iterable[TicketId], session: Session
    ) -> list[ReadMark]:
        wanted = [read_mark_id(agent, ticket) for ticket in tickets for agent in agents]
        return list((await self._in.reads.by_ids(wanted, session=session)).values())

    async def chosen(self, wish: SplitWish, session: Session) -> list[Message]:
        """Messages by id, or all of a conversation; one more than may be split."""
        where: dict[str, Any] = {
            "ticket_id": wish.ticket_id,
            "conversation_id": wish.conversation_id,
        }
        if wish.conversation_id:
            return await self._slim(where, MAX_SPLIT + 1, session)
        return [
            message
            for ids in portions(wish.message_ids)
            for message in await self._slim({"_id": {"$in": list(ids)}}, len(ids), session)
        ]

    async def last(self, id: TicketId, session: Session) -> list[Message]:
        """A ticket's last messages, the newest first."""
        return await self._slim({"ticket_id": id}, MAX_NEWS, session)

    async def _slim(self, where: Mapping[str, Any], limit: int, session: Session) -> list[Message]:
        fields = {"tokens": 0, "html": 0}
        cursor = self._in.messages.raw.find(dict(where), fields, session=session)
        found = await cursor.sort([("occurred_at", -1), ("_id", -1)]).limit(limit).to_list(limit)
        return [self._in.messages.decode(one) for one in found]

    async def conversations(
        self, ids: Iterable[ConversationId], session: Session
    ) -> dict[ConversationId, Conversation]:
        """Conversations by id."""
        found = await self._in.conversations.by_ids(ids, session=session)
        return {one.id: one for one in found.values()}

    async def contact(self, id: ContactId, session: Session) -> Contact | None:
        """A person."""
        return await self._in.contacts.get(id, session)

    async def save_split(
        self, record: Merge, cuts: Sequence[Cut], world: World, session: Session
    ) -> list[Ticket]:
        """The new ticket with what was chosen."""
        chosen: list[MessageId] = []
        for cut in cuts:
            if cut.whole:
                continue
            made = new_conversation(cut, record.id, record.source_id, record.at)
            await self._in.conversations.insert(made, session=session)
            ids = [one.id for one in cut.messages]
            await self._resettle(ids, cut.conversation.id, made.id, record.source_id, session)
            chosen += ids
        whole = [cut.conversation.id for cut in cuts if cut.whole]
        for some in portions(whole):
            where = {"_id": {"$in": list(some)}}
            await self._in.conversations.update_many(where, APART, session=session)
        tickets = await self.save(world, session)
        await self._keep_moved(record.id, whole, chosen, session)
        return tickets

    async def _put_back(self, record: Merge, piece: Piece, world: World, session: Session) -> None:
        """To where the conversation that the messages came from is by now."""
        old = piece.conversation_id
        ticket_id = world.places[old]
        if piece.new_id not in world.emptied:
            chosen = world.chosen[record.id]
            await self._resettle(chosen, piece.new_id, old, ticket_id, session)
            return
        where = {"ticket_id": record.source_id, "conversation_id": piece.new_id}
        change = {"$set": {"ticket_id": ticket_id, "conversation_id": old}}
        await self._in.messages.update_many(where, change, session=session)

    async def _resettle(
        self,
        ids: Sequence[MessageId],
        before: ConversationId,
        after: ConversationId,
        ticket_id: TicketId,
        session: Session,
    ) -> None:
        change = {"$set": {"ticket_id": ticket_id, "conversation_id": after}}
        for some in portions(ids):
            where = {"_id": {"$in": list(some)}, "conversation_id": before}
            await self._in.messages.update_many(where, change, session=session)

    async def save(self, world: World, session: Session) -> list[Ticket]:
        """What differs from what was read; the tickets with their new versions."""
        for record in world.records.values():
            for piece in record.pieces if record.undone_at else ():
                await self._put_back(record, piece, world, session)
        for id in world.emptied:
            await self._in.conversations.delete({"_id": id}, session=session)
        for (source, target), ids in world.moves().items():
            await self._move(source, target, ids, world, session)
        tickets = world.changed()
        await self._in.tickets.replace_many(tickets, session=session)
        await self._in.reads.replace_many(world.new_marks(), session=session)
        for record in world.records.values():
            await self._merges.replace_many([record], session=session)
            if record.undone_at is None and record.kind == "merge":
                await self._keep_moved(record.id, world.moved[record.id], (), session)
        return tickets

    async def _keep_moved(
        self,
        id: MergeId,
        conversations: Iterable[ConversationId],
        messages: Sequence[MessageId],
        session: Session,
    ) -> None:
        await self._moved.delete({"merge_id": id}, session=session)
        pages = [
            *(Moved(id="", merge_id=id, conversation_ids=tuple(ids))
              for ids in _slices(sorted(conversations), PAGE)),
            *(Moved(id="", merge_id=id, message_ids=tuple(ids)) for ids in _slices(messages, PAGE)),
        ]  # fmt: skip
        numbered = (
            msgspec.structs.replace(page, id=f"{id}|{n:05d}") for n, page in enumerate(pages)
        )
        await self._moved.insert_many(numbered, session=session)

    async def _move(
        self,
        source: TicketId,
        target: TicketId,
        ids: Sequence[ConversationId],
        world: World,
        session: Session,
    ) -> None:
        """Whoever ingests meanwhile reads or writes the tickets too, conflicts, and follows."""
        moved = {"$set": {"ticket_id": target}}
        for where in _wheres(source, ids, world):
            messages = where if "ticket_id" in where else _as_messages(source, where)
            await self._in.messages.update_many(messages, moved, session=session)
            await self._in.conversations.update_many(
                where, {**moved, "$inc": {"version": 1}}, session=session
            )


def _wheres(
    source: TicketId, ids: Sequence[ConversationId], world: World
) -> Iterator[Mapping[str, Any]]:
    stood = [id for id, ticket in world.stood.items() if ticket == source]
    if len(stood) == len(ids) and not world.of(source):
        yield {"ticket_id": source}
    else:
        for some in portions(ids):
            yield {"_id": {"$in": list(some)}}


def _as_messages(source: TicketId, where: Mapping[str, Any]) -> dict[str, Any]:
    return {"ticket_id": source, "conversation_id": where["_id"]}


def _slices(items: Sequence[ItemT], most: int) -> Iterator[Sequence[ItemT]]:
    return (items[start : start + most] for start in range(0, len(items), most))


def _more(known: Tally, group: Group, n: int) -> Tally:
    return Tally(
        size=known.size
        + Size(
            total=n,
            counted=n if counted(group.direction, group.state) else 0,
            inbound=n if counts_in(group.direction, group.author) else 0,
        ),
        acts=known.acts + (n if group.direction == "act" else 0),
        notes=known.notes + (n if group.direction == "note" else 0),
        under_way=known.under_way
        + (n if group.due is not None or group.state == "scheduled" else 0),
        failed=known.failed + (n if group.state == "failed" else 0),
        uncertain=known.uncertain + (n if group.state == "uncertain" else 0),
    )
