"""The indexes of storage's own collections. Numbers 1 to 99 are storage's."""

from storage.migrations import Index, ensure_indexes

INDEXES = (
    # the backlog, oldest first; `due` exists only while a record is pending
    Index(
        collection="journal",
        keys=(("due", 1), ("received_at", 1)),
        name="backlog",
        partial={"due": {"$gte": 0}},
    ),
    Index(
        collection="journal",
        keys=(("state", 1),),
        name="quarantined",
        partial={"state": "quarantined"},
    ),
    Index(
        collection="events",
        keys=(("relayed", 1),),
        name="unrelayed",
        partial={"relayed": False},
    ),
    Index(collection="events", keys=(("at", 1), ("_id", 1)), name="by_time"),
    Index(collection="events", keys=(("ticket_id", 1), ("at", -1)), name="by_ticket"),
    Index(collection="blobs", keys=(("touched_at", 1),), name="by_touch"),
)

STORAGE_MIGRATIONS = (ensure_indexes(1, "storage_indexes", INDEXES),)
