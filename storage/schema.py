"""The indexes of storage's own collections. Numbers 1 to 99 are storage's."""

from storage.migrations import Index, Migration, ensure_indexes
from storage.upgrades import leaner_indexes

# the backlog, oldest first, and what is quarantined
BACKLOG = Index(
    collection="journal",
    keys=(("due", 1), ("received_at", 1)),
    name="due",
    partial={"due": {"$gte": -1}},
)
INDEXES = (
    BACKLOG,
    Index(collection="events", keys=(("at", 1), ("_id", 1)), name="by_time"),
    Index(collection="events", keys=(("ticket_id", 1), ("at", -1)), name="by_ticket"),
    Index(collection="blobs", keys=(("touched_at", 1),), name="by_touch"),
)

STORAGE_MIGRATIONS = (
    ensure_indexes(1, "storage_indexes", INDEXES),
    Migration(number=2, name="leaner_indexes", up=leaner_indexes(BACKLOG)),
)
