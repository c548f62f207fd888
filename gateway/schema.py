"""Every migration of every package, in one list. Numbers 500 to 599 are the gateway's."""

from archive.indexes import ARCHIVE_MIGRATIONS
from gateway import store as edge
from gateway.api import idempotency
from gateway.auth import store as auth
from gateway.pictures import store as pictures
from gateway.traffic import store as traffic
from gateway.workers import store as workers
from outbound.indexes import OUTBOUND_MIGRATIONS
from storage.migrations import Migration, ensure_indexes
from storage.schema import STORAGE_MIGRATIONS
from ticketing.assets.store import ASSET_MIGRATIONS
from ticketing.audit.store import AUDIT_MIGRATIONS
from ticketing.catalogue.store import CATALOGUE_MIGRATIONS
from ticketing.indexes import TICKETING_MIGRATIONS

INDEXES = (*auth.INDEXES, *edge.INDEXES, *idempotency.INDEXES, *workers.INDEXES)

MIGRATIONS: tuple[Migration, ...] = (
    *STORAGE_MIGRATIONS,
    *TICKETING_MIGRATIONS,
    *CATALOGUE_MIGRATIONS,
    *ASSET_MIGRATIONS,
    *AUDIT_MIGRATIONS,
    *OUTBOUND_MIGRATIONS,
    *ARCHIVE_MIGRATIONS,
    ensure_indexes(500, "gateway_indexes", INDEXES),
    ensure_indexes(501, "inbox_days", traffic.INDEXES),
    ensure_indexes(502, "thumbnails", pictures.INDEXES),
)
