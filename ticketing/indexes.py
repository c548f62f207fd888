"""The indexes of ticketing's collections; each list query has its narrow equality prefix here.

Partial only where one value is asked for: the small server reads no partial index for ``$in`` and
scans instead. It rewrites every entry of a changed ticket (0.12 ms an index): they are few.
"""

from storage.migrations import Index, drop_index, ensure_indexes
from ticketing.bulk.store import INDEXES as BULK_INDEXES
from ticketing.links.store import INDEXES as LINK_INDEXES
from ticketing.merging.store import INDEXES as MERGE_INDEXES
from ticketing.people.indexes import PEOPLE_MIGRATIONS
from ticketing.search.store import SEARCH_MIGRATIONS
from ticketing.views.indexes import VIEW_MIGRATIONS
from ticketing.work.store import INDEXES as WORK_INDEXES

INDEXES: tuple[Index, ...] = (
    Index(
        collection="messages",
        name="by_native_id",
        keys=(("inbox_id", 1), ("native_id", 1)),
    ),
    Index(
        collection="messages",
        name="by_ticket",
        keys=(("ticket_id", 1), ("occurred_at", 1)),
    ),
    Index(collection="contacts", name="by_point", keys=(("point_keys", 1),), unique=True),
    Index(
        collection="contacts",
        name="by_token",
        keys=(("tokens", 1),),
    ),
    Index(
        collection="conversations",
        name="by_open_key",
        keys=(("open_key", 1),),
        unique=True,
    ),
    Index(collection="conversations", name="by_ticket", keys=(("ticket_id", 1),)),
    Index(collection="tickets", name="by_number", keys=(("number", 1),), unique=True),
    Index(collection="tickets", name="by_contact", keys=(("contact_id", 1),)),
    Index(collection="tickets", name="by_open", keys=(("open", 1), ("activity_at", 1))),
    Index(collection="tickets", name="by_status", keys=(("status", 1), ("activity_at", 1))),
    Index(
        collection="tickets",
        name="by_assignee",
        keys=(("assignee_id", 1), ("open", 1), ("activity_at", 1)),
    ),
    Index(collection="tickets", name="by_creation", keys=(("created_at", 1),)),
    Index(
        collection="tickets",
        name="by_followed",
        keys=(("follow_up_of", 1),),
        partial={"follow_up_of": {"$gte": ""}},
    ),
    Index(
        collection="tickets",
        name="by_waiting",
        keys=(("open", 1), ("waiting_since", 1)),
    ),
    Index(collection="parked_changes", name="by_key", keys=(("key", 1),)),
    Index(collection="parked_changes", name="expiry", keys=(("expires_at", 1),), expire_after_s=0),
)

# Numbers 200 to 299 are ticketing's.
TICKETING_MIGRATIONS = (
    ensure_indexes(200, "ticketing_indexes", INDEXES),
    ensure_indexes(230, "work_indexes", WORK_INDEXES),
    ensure_indexes(231, "bulk_indexes", BULK_INDEXES),
    *PEOPLE_MIGRATIONS,
    ensure_indexes(240, "merge_indexes", MERGE_INDEXES),
    ensure_indexes(241, "link_indexes", LINK_INDEXES),
    *VIEW_MIGRATIONS,
    # words of messages lie in an index of their own (search/shelf.py) since
    drop_index(280, "no_message_tokens", "messages", "by_token"),
    *SEARCH_MIGRATIONS,
)
