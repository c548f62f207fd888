"""What migrations do to sites that began with an older layout; nothing on a new one."""

from collections.abc import Awaitable, Callable

from pymongo import UpdateOne

from storage.migrations import Index, Progress
from storage.mongo import Mongo

_PAGE = 500
_ASIDE = -1


def leaner_indexes(backlog: Index) -> Callable[[Mongo, Progress], Awaitable[None]]:
    """Quarantined records into the backlog's index; untold events into entries of their own.

    Each step may run again: the old index, which finds what is left, is dropped last.
    """

    async def up(mongo: Mongo, _progress: Progress) -> None:
        await backlog.ensure(mongo)
        await mongo.db.journal.update_many({"state": "quarantined"}, {"$set": {"due": _ASIDE}})
        await _drop(mongo, "journal", "backlog", "quarantined")
        while await _tell_apart(mongo):
            pass
        await _drop(mongo, "events", "unrelayed")

    return up


async def _tell_apart(mongo: Mongo) -> bool:
    """A page of events without a flag, and with an entry that says that they are untold."""
    found = await mongo.db.events.find({"relayed": False}, {"at": 1}, limit=_PAGE).to_list(_PAGE)
    if not found:
        return False
    entries = [
        UpdateOne(
            {"_id": event["_id"]},
            {"$set": {"event_ids": [event["_id"]], "at": event["at"]}},
            upsert=True,
        )
        for event in found
    ]
    await mongo.db.untold_events.bulk_write(entries, ordered=False)
    flags = [UpdateOne({"_id": event["_id"]}, {"$unset": {"relayed": 1}}) for event in found]
    await mongo.db.events.bulk_write(flags, ordered=False)
    return True


async def _drop(mongo: Mongo, collection: str, *names: str) -> None:
    known = await mongo.db[collection].index_information()
    for name in names:
        if name in known:
            await mongo.db[collection].drop_index(name)
