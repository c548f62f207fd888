"""The index of archive. Numbers 400 to 499 of the migrations are archive's."""

from storage.migrations import Index, ensure_indexes

INDEXES = (Index(collection="messages", name="by_arrival", keys=(("received_at", 1),)),)

ARCHIVE_MIGRATIONS = (ensure_indexes(400, "archive_indexes", INDEXES),)
