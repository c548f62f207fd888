"""Queries of assets."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from storage.migrations import Index, ensure_indexes
from storage.mongo import Mongo, Session
from ticketing.assets.model import Asset, AssetId, AssetQuery, serial_key
from ticketing.model import Contact, Ticket
from ticketing.people.model import Organisation
from ticketing.tokens import tokens

CANDIDATES = 2_000
MOST_TICKETS = 200

INDEXES = (
    Index(collection="assets", name="by_serial", keys=(("serial_key", 1),), unique=True),
    Index(collection="assets", name="by_creation", keys=(("created_at", 1),)),
    Index(collection="assets", name="by_token", keys=(("tokens", 1),)),
    Index(
        collection="assets",
        name="by_contact",
        keys=(("contact_id", 1),),
        partial={"contact_id": {"$gte": ""}},
    ),
    Index(
        collection="assets",
        name="by_organisation",
        keys=(("organisation_id", 1),),
        partial={"organisation_id": {"$gte": ""}},
    ),
    Index(
        collection="tickets",
        name="by_asset",
        keys=(("asset_ids", 1),),
        partial={"asset_ids": {"$gte": ""}},
    ),
)
ASSET_MIGRATIONS = (ensure_indexes(221, "asset_indexes", INDEXES),)


class AssetStore:
    """Every read is by a key or bounded."""

    def __init__(self, mongo: Mongo) -> None:
        self.assets = mongo.collection("assets", Asset)
        self.tickets = mongo.collection("tickets", Ticket)
        self.contacts = mongo.collection("contacts", Contact)
        self.organisations = mongo.collection("organisations", Organisation)

    async def slice(
        self, where: Mapping[str, Any], since: datetime, until: datetime, limit: int
    ) -> list[Asset]:
        """Newest first within [since, until)."""
        window = {**where, "created_at": {"$gte": since, "$lt": until}}
        order = [("created_at", -1), ("_id", -1)]
        return await self.assets.find(window, sort=order, limit=limit)

    async def search(self, query: AssetQuery) -> list[Asset]:
        """The one with this serial number first, then by words: the longest is asked for."""
        key = serial_key(query.q, AssetId(""))
        exact = await self.assets.find({"serial_key": key}, limit=1)
        words = sorted(tokens(query.q), key=len, reverse=True)
        found = await self.assets.find({"tokens": words[0]}, limit=CANDIDATES) if words else []
        fits = [one for one in found if set(words) <= set(one.tokens) and one not in exact]
        return [*exact, *sorted(fits, key=lambda one: (one.name, one.id))]

    async def by_ids(self, ids: Sequence[str]) -> list[Asset]:
        """In the order of ``ids``; those that are gone are left out."""
        found = await self.assets.by_ids(ids)
        return [found[id] for id in ids if id in found]

    async def tickets_of(self, id: str, limit: int, session: Session | None = None) -> list[Ticket]:
        """Tickets that it is linked to."""
        return await self.tickets.find({"asset_ids": id}, limit=limit, session=session)
