"""What keeps the index of words in step: which messages changed, and what messages say."""

import contextlib
import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from pymongo.errors import DuplicateKeyError

from normalizer.model import MessageId, TicketId
from storage.collection import portions
from storage.ids import new_id, utc_now
from storage.migrations import Index, Migration, Progress
from storage.mongo import Mongo
from ticketing.search.indexing import TEXT_FIELDS, Text

log = logging.getLogger(__name__)

# By ranges of _id the embedded server reads the whole collection.
INDEXES = (Index(collection="search_feed", name="by_time", keys=(("at", 1),)),)


async def _up(mongo: Mongo, _progress: Progress) -> None:
    """Entries that do not say when are for indexes of an older form, which are built anew."""
    for index in INDEXES:
        await index.ensure(mongo)
    await mongo.db["search_feed"].delete_many({"at": {"$exists": False}})


SEARCH_MIGRATIONS = (Migration(number=281, name="search_feed_by_time", up=_up, indexes=INDEXES),)


class Fed(msgspec.Struct, frozen=True, kw_only=True):
    """What changed: ``at``, as its id says too, is when it was written: after the change."""

    id: str = msgspec.field(name="_id")
    at: datetime
    message_ids: tuple[MessageId, ...] = ()
    ticket_ids: tuple[TicketId, ...] = ()


class SearchStore:
    """Every method is one bounded query, or a bounded row of them."""

    def __init__(self, mongo: Mongo) -> None:
        self._feed = mongo.collection("search_feed", Fed)
        self._home = mongo.db["search_home"]
        self._messages = mongo.db["messages"]

    async def feed(
        self, messages: Sequence[MessageId], tickets: Sequence[TicketId], now: datetime
    ) -> None:
        """These are to be indexed anew: the messages, and all messages of the tickets."""
        fed = Fed(id=new_id(now), at=now, message_ids=tuple(messages), ticket_ids=tuple(tickets))
        await self._feed.insert(fed)

    async def fed(self, since: datetime, until: datetime) -> list[Fed]:
        """What was fed in [since, until), in order."""
        where = {"at": {"$gte": since, "$lt": until}}
        found = await self._feed.raw.find(where).to_list(None)
        return sorted(map(self._feed.decode, found), key=lambda one: one.id)

    async def many_fed(self, since: datetime, until: datetime, most: int) -> bool:
        """Whether more than so many were fed in [since, until)."""
        where = {"at": {"$gte": since, "$lt": until}}
        return await self._feed.raw.count_documents(where, limit=most + 1) > most

    async def newest_fed(self, since: datetime) -> str:
        """The id of the last one since then; "" when there is none."""
        found = await self._feed.raw.find({"at": {"$gte": since}}, {"_id": 1}).to_list(None)
        return max((one["_id"] for one in found), default="")

    async def forget_fed(self, before: datetime) -> int:
        """Every index has long read it, or is built anew."""
        return await self._feed.delete({"at": {"$lt": before}})

    async def home(self) -> str:
        """Which database this is: a name at random that it got once."""
        where, given = {"_id": "home"}, {"$setOnInsert": {"name": new_id(utc_now())}}
        with contextlib.suppress(DuplicateKeyError):  # another process was first
            await self._home.update_one(where, given, upsert=True)
        found = await self._home.find_one(where)
        return str(found["name"]) if found else ""

    async def ids_in(self, ticket_ids: Iterable[TicketId]) -> list[MessageId]:
        """All messages of these tickets."""
        ids: list[MessageId] = []
        for ticket_id in ticket_ids:
            found = self._messages.find({"ticket_id": ticket_id}, {"_id": 1})
            ids += [one["_id"] for one in await found.to_list(None)]
        return ids

    async def texts(self, ids: Sequence[MessageId]) -> list[Text]:
        """What these say; those that are gone are left out."""
        texts: list[Text] = []
        for some in portions(ids):
            found = self._messages.find({"_id": {"$in": list(some)}}, TEXT_FIELDS)
            texts += _texts(await found.to_list(None))
        return texts

    async def received(
        self, since: datetime, until: datetime, limit: int
    ) -> tuple[list[Text], bool]:
        """Messages received in [since, until), at most so many, in no order; True: and more."""
        where = {"received_at": {"$gte": since, "$lt": until}}
        found = await self._messages.find(where, TEXT_FIELDS).limit(limit + 1).to_list(limit + 1)
        return _texts(found[:limit]), len(found) > limit


def _texts(documents: Iterable[dict[str, Any]]) -> list[Text]:
    """One that cannot be read cannot be found: it does not keep the others from it."""
    texts: list[Text] = []
    for document in documents:
        try:
            texts.append(msgspec.convert(document, Text))
        except msgspec.ValidationError as error:
            told = {"message_id": document["_id"], "why": str(error)}
            log.warning("a message cannot be searched", extra=told)
    return texts
