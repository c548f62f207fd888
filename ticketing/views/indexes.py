"""The indexes of places and counters. Places outside of lists have no entry in those of lists."""

from datetime import UTC, datetime

from storage.migrations import Index, Migration, Progress, ensure_indexes
from storage.mongo import Mongo

VIEW_INDEXES: tuple[Index, ...] = (
    *(
        Index(
            collection="ticket_places",
            name=f"by_list_{field}",
            keys=(("lists", 1), (field, 1)),
            partial={"lists": {"$gte": ""}},
        )
        for field in ("activity_at", "created_at", "waiting_since")
    ),
    Index(
        collection="ticket_places",
        name="by_turn",
        keys=(("turn", 1),),
        partial={"turn": {"$gte": datetime(1970, 1, 1, tzinfo=UTC)}},
    ),
    Index(collection="scope_counts", name="by_change", keys=(("at", 1),)),
)


async def _forget_old_counters(mongo: Mongo, _progress: Progress) -> None:
    """Of the time before scopes; the recount at the next start makes the new ones."""
    for name in ("view_counts", "counted_tickets"):
        await mongo.db[name].drop()


VIEW_MIGRATIONS = (
    ensure_indexes(260, "view_indexes", VIEW_INDEXES),
    Migration(number=261, name="forget_old_counters", up=_forget_old_counters),
)
