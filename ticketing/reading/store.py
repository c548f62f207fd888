"""The reads behind what agents see."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from pymongo.asynchronous.collection import AsyncCollection

from connectors.contract import InboxId
from normalizer.model import AgentId, ContactId, Message, MessageId, TicketId
from storage.collection import portions
from storage.mongo import Session
from ticketing.model import (
    Contact,
    Conversation,
    ReadMark,
    Ticket,
    read_mark_id,
)
from ticketing.search.asked import Said
from ticketing.store import Collections
from ticketing.views.places import Place

Raw = AsyncCollection[dict[str, Any]]

MAX_CONVERSATIONS = 200
FEW = 20
RECENT = tuple(timedelta(hours=hours) for hours in (1, 24, 24 * 30, 24 * 3650))
MAX_SAID = 1_000

SAID_FIELDS = {
    name: 1
    for name in (
        "ticket_id",
        "inbox_id",
        "received_at",
        "direction",
        "subject",
        "text",
        "reply_text",
        "author",
        "recipient.value",
        "mail.to",
        "mail.cc",
        "envelope.to",
        "envelope.cc",
        "files.name",
        "delivery.state",
        "erased",
        "deleted_at",
    )
}


class ReadingStore:
    """Every method is one bounded query."""

    def __init__(self, collections: Collections) -> None:
        self.collections = collections
        self._places = collections.mongo.collection("ticket_places", Place)

    async def ticket(self, id: str, session: Session | None = None) -> Ticket | None:
        """One ticket."""
        return await self.collections.tickets.get(id, session)

    async def tickets(self, ids: Iterable[TicketId]) -> dict[str, Ticket]:
        """Tickets by id."""
        return await self.collections.tickets.by_ids(ids)

    async def by_number(self, number: int) -> Ticket | None:
        """The ticket with this number."""
        return await self.collections.tickets.find_one({"number": number})

    async def follow_ups(self, id: TicketId) -> list[Ticket]:
        """Tickets that were started after this one was solved."""
        return await self.collections.tickets.find({"follow_up_of": id}, limit=50)

    async def tickets_of(self, ids: Sequence[ContactId], limit: int) -> list[Ticket]:
        """Tickets of these contacts."""
        return await self.collections.tickets.find({"contact_id": {"$in": list(ids)}}, limit=limit)

    async def ticket_slice(
        self, where: Mapping[str, Any], field: str, since: datetime, until: datetime, limit: int
    ) -> list[Ticket]:
        """Newest first within [since, until); both halves of ``open`` where it is not asked for."""
        window = {**where, field: {"$gte": since, "$lt": until}}
        if field != "activity_at" or "open" in where or "status" in where:
            return await self._newest(window, field, limit)
        opened = await self._newest({**window, "open": True}, field, limit)
        ended = await self._newest({**window, "open": False}, field, limit)
        both = sorted((*opened, *ended), key=lambda t: (t.activity_at, t.id), reverse=True)
        return both[:limit]

    async def _newest(self, where: Mapping[str, Any], field: str, limit: int) -> list[Ticket]:
        order = [(field, -1), ("_id", -1)]
        return await self.collections.tickets.find(where, sort=order, limit=limit)

    async def waiting_slice(
        self, where: Mapping[str, Any], field: str, since: datetime, until: datetime, limit: int
    ) -> list[Ticket]:
        """Longest waiting first within [since, until)."""
        window = {**where, field: {"$gte": since, "$lt": until}}
        return await self.collections.tickets.find(
            window, sort=[(field, 1), ("_id", 1)], limit=limit
        )

    async def places(
        self,
        keys: Sequence[str],
        order: tuple[str, int],
        since: datetime,
        until: datetime,
        limit: int,
    ) -> list[Place]:
        """Places under one of the keys within [since, until), in the order of (field, way)."""
        field, way = order
        found: dict[str, Place] = {}
        for key in keys:  # one by one: the small server reads no partial index for ``$in``
            where = {"lists": key, field: {"$gte": since, "$lt": until}}
            for place in await self._places.find(where, sort=[order, ("_id", way)], limit=limit):
                found[place.id] = place
        moment = attrgetter(field, "id")
        return sorted(found.values(), key=moment, reverse=way < 0)[:limit]

    async def first_place(
        self, keys: Sequence[str], field: str, since: datetime, until: datetime
    ) -> datetime | None:
        """The earliest moment within [since, until) of these lists."""
        found = await self.places(keys, (field, 1), since, until, 1)
        return getattr(found[0], field) if found else None

    async def first_ticket(
        self, where: Mapping[str, Any], field: str, since: datetime, until: datetime
    ) -> datetime | None:
        """The earliest moment within [since, until) of these tickets."""
        window = {**where, field: {"$gte": since, "$lt": until}}
        cursor = self.collections.tickets.raw.find(window, {field: 1}).sort([(field, 1)]).limit(1)
        found = await cursor.to_list(1)
        return found[0][field] if found else None

    async def contacts(self, ids: Iterable[ContactId]) -> dict[str, Contact]:
        """People by id."""
        return await self.collections.contacts.by_ids(ids)

    async def contact(self, id: ContactId) -> Contact | None:
        """One person."""
        return await self.collections.contacts.get(id)

    async def contacts_like(self, token: str, limit: int) -> list[Contact]:
        """People with this word in their name or addresses."""
        return await self.collections.contacts.find({"tokens": token}, limit=limit)

    async def contacts_beginning(self, begun: str, limit: int) -> list[Contact]:
        """People with a word in their name or addresses that begins so."""
        where = {"tokens": {"$gte": begun, "$lt": begun + "\uffff"}}
        return await self.collections.contacts.find(where, limit=limit)

    async def newest_open(self, now: datetime, limit: int) -> list[Ticket]:
        """Open tickets, no order promised beyond that they are recent."""
        found: list[Ticket] = []
        for age in RECENT:
            window = {"open": True, "activity_at": {"$gte": now - age}}
            found = await self.collections.tickets.find(window, limit=limit)
            if len(found) >= limit:
                break
        return found

    async def conversations(self, id: TicketId) -> list[Conversation]:
        """A ticket's conversations, the first begun first."""
        return first_begun(
            await self.collections.conversations.find({"ticket_id": id}, limit=MAX_CONVERSATIONS)
        )

    async def ends(
        self, id: TicketId, inbox_ids: Sequence[InboxId]
    ) -> tuple[Message | None, Message | None]:
        """The first and the last message of a ticket in these inboxes; notes do not count."""
        where: dict[str, Any] = {
            "ticket_id": id,
            "inbox_id": {"$in": list(inbox_ids)},
            "direction": {"$in": ["in", "out"]},
        }
        ends: list[Message | None] = []
        for way in (1, -1):
            order = [("occurred_at", way), ("sequence", way), ("_id", way)]
            found = await self.collections.messages.find(where, sort=order, limit=1)
            ends.append(found[0] if found else None)
        return ends[0], ends[1]

    async def message(self, id: str) -> Message | None:
        """One message, whole."""
        return await self.collections.messages.get(id)

    async def message_slice(
        self, where: Mapping[str, Any], since: datetime, until: datetime, limit: int
    ) -> list[Message]:
        """A ticket's messages within [since, until), newest first; without the tokens of old."""
        cursor = self.collections.messages.raw.find(
            {**where, "occurred_at": {"$gte": since, "$lt": until}}, {"tokens": 0}
        )
        order = [("occurred_at", -1), ("sequence", -1), ("_id", -1)]
        found = await cursor.sort(order).limit(limit).to_list(limit)
        return [self.collections.messages.decode(item) for item in found]

    async def message_ties(
        self, where: Mapping[str, Any], moment: datetime, limit: int
    ) -> list[Message]:
        """All of one moment, in display order, newest first."""
        return await self.collections.messages.find(
            {**where, "occurred_at": moment},
            sort=[("occurred_at", -1), ("sequence", -1), ("_id", -1)],
            limit=limit,
        )

    async def said(self, ids: Iterable[MessageId]) -> dict[str, Said]:
        """What these messages say, for snippets and what else a search looks at."""
        said: dict[str, Said] = {}
        for some in portions(list(ids)):
            found = self.collections.messages.raw.find({"_id": {"$in": list(some)}}, SAID_FIELDS)
            items = await found.to_list(None)
            said |= {item["_id"]: _said(item) for item in items if not _taken_back(item)}
        return said

    async def said_in(self, ids: Sequence[TicketId]) -> list[Said]:
        """What was said in these tickets, at most ``MAX_SAID`` messages of a few tickets."""
        said: list[Said] = []
        for start in range(0, len(ids), FEW):  # the small server compares each id with each
            where = {"ticket_id": {"$in": list(ids[start : start + FEW])}}
            found = self.collections.messages.raw.find(where, SAID_FIELDS).limit(MAX_SAID)
            items = await found.to_list(MAX_SAID)
            said += [_said(item) for item in items if not _taken_back(item)]
        return said

    async def read_marks(self, agent_id: AgentId, ids: Iterable[TicketId]) -> dict[str, ReadMark]:
        """What the agent has read, by mark id."""
        return await self.collections.reads.by_ids(read_mark_id(agent_id, id) for id in ids)

    async def save_read_mark(self, mark: ReadMark) -> None:
        """Remember what was read."""
        await self.collections.reads.replace_many([mark])


def first_begun(found: Iterable[Conversation]) -> list[Conversation]:
    """In the order in which they began."""
    return sorted(found, key=lambda item: (item.created_at, item.id))[:MAX_CONVERSATIONS]


def _taken_back(item: Mapping[str, Any]) -> bool:
    """Nobody finds by its words what was never sent, deleted or erased."""
    cancelled = (item.get("delivery") or {}).get("state") == "cancelled"
    return cancelled or bool(item.get("erased")) or item.get("deleted_at") is not None


def _said(item: Mapping[str, Any]) -> Said:
    """A message of which only ``SAID_FIELDS`` were read."""
    mail, envelope = item.get("mail") or {}, item.get("envelope") or {}
    author = item.get("author") or {}
    return Said(
        id=item["_id"],
        ticket_id=item["ticket_id"],
        inbox_id=item["inbox_id"],
        received_at=item["received_at"],
        direction=item["direction"],
        subject=item.get("subject", ""),
        text=item.get("text", ""),
        reply_text=item.get("reply_text", ""),
        author=tuple(filter(None, (author.get("name", ""), author.get("address", "")))),
        recipients=(
            *(
                address
                for part in (mail, envelope)
                for key in ("to", "cc")
                for address in part.get(key, ())
            ),
            *filter(None, ((item.get("recipient") or {}).get("value", ""),)),
        ),
        files=tuple(filter(None, (file.get("name", "") for file in item.get("files", ())))),
    )
