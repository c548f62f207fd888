"""The indexes of outbound. Numbers 300 to 399 of the migrations are outbound's.

That of messages holds only outbound ones. Its filter is a range and its queries equalities: the
embedded server uses a partial index only when a query's own bound implies its filter. Deliveries of
a ticket by state are found among the ticket's messages: each index costs every reply twice.
"""

from outbound.automatic.store import INDEXES as AUTOMATIC_INDEXES
from outbound.suppression.store import INDEXES as SUPPRESSION_INDEXES
from storage.migrations import Index, ensure_indexes

_NAMED = {"delivery.native_ids": {"$gt": ""}}

INDEXES = (
    Index(collection="outbox", name="by_conversation", keys=(("conversation_id", 1),)),
    Index(collection="outbox", name="by_due", keys=(("delivery.due_at", 1),)),
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

OUTBOUND_MIGRATIONS = (
    ensure_indexes(300, "outbound_indexes", INDEXES),
    ensure_indexes(310, "suppression_indexes", SUPPRESSION_INDEXES),
    ensure_indexes(311, "automatic_indexes", AUTOMATIC_INDEXES),
)
