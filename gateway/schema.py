"""Every migration of every package, in one list. Numbers 400 to 499 are the gateway's."""

from gateway import store as edge
from gateway.api import idempotency
from gateway.auth import store as auth
from gateway.workers import store as workers
from outbound.indexes import OUTBOUND_MIGRATIONS
from storage.migrations import Migration, ensure_indexes
from storage.schema import STORAGE_MIGRATIONS
from ticketing.indexes import TICKETING_MIGRATIONS

MIGRATIONS: tuple[Migration, ...] = (
    *STORAGE_MIGRATIONS,
    *TICKETING_MIGRATIONS,
    *OUTBOUND_MIGRATIONS,
    ensure_indexes(
        400,
        "gateway_indexes",
        (*auth.INDEXES, *edge.INDEXES, *idempotency.INDEXES, *workers.INDEXES),
    ),
)
