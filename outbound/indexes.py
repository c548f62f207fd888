"""The indexes of outbound. Numbers 300 to 399 of the migrations are outbound's.

That of messages holds only outbound ones. Its filter is a range and its queries equalities: the
embedded server uses a partial index only when a query's own bound implies its filter. Deliveries of
a ticket by state are found among the ticket's messages: each index costs every reply twice. The
queue, which every reply writes three times, has one: it is nearly empty, and its sweeper reads it.
"""

from outbound.automatic.store import INDEXES as AUTOMATIC_INDEXES
from outbound.canned.store import INDEXES as CANNED_INDEXES
from outbound.scheduled.store import INDEXES as SCHEDULED_INDEXES
from outbound.suppression.store import INDEXES as SUPPRESSION_INDEXES
from storage.migrations import Index, Migration, Progress, ensure_indexes
from storage.mongo import Mongo

_NAMED = {"delivery.native_ids": {"$gt": ""}}

INDEXES = (
    Index(collection="outbox", name="by_conversation", keys=(("conversation_id", 1),)),
    Index(
        collection="messages",
        name="outbound_native_ids",
        keys=(("delivery.native_ids", 1),),
        partial=_NAMED,
    ),
    Index(collection="conversations", name="by_recipient", keys=(("recipient", 1),)),
    Index(
        collection="provider_ids",
        name="expiry",
        keys=(("expires_at", 1),),
        expire_after_s=0,
    ),
)


async def _leaner_queue(mongo: Mongo, _progress: Progress) -> None:
    if "by_due" in await mongo.db["outbox"].index_information():
        await mongo.db["outbox"].drop_index("by_due")


OUTBOUND_MIGRATIONS = (
    ensure_indexes(300, "outbound_indexes", INDEXES),
    Migration(number=301, name="leaner_queue", up=_leaner_queue),
    ensure_indexes(310, "suppression_indexes", SUPPRESSION_INDEXES),
    ensure_indexes(311, "automatic_indexes", AUTOMATIC_INDEXES),
    ensure_indexes(320, "canned_indexes", CANNED_INDEXES),
    ensure_indexes(321, "scheduled_indexes", SCHEDULED_INDEXES),
)
