"""Whether what a ticket names exists: assets, and the people and assets in its custom fields."""

from storage.mongo import Mongo, Session
from ticketing.assets.store import AssetStore
from ticketing.catalogue.model import Catalogue, FieldKind
from ticketing.errors import Invalid
from ticketing.model import Agent, Ticket

REFERRING: frozenset[FieldKind] = frozenset({"user", "contact", "asset"})


class Referred:
    """Only what a change names anew is looked up: what is gone since stays where it stands."""

    def __init__(self, mongo: Mongo) -> None:
        self._store = AssetStore(mongo)
        self._agents = mongo.collection("agents", Agent)

    async def check(
        self, session: Session, before: Ticket, after: Ticket, catalogue: Catalogue
    ) -> None:
        """Raises Invalid with the field. An asset in a field is noted: it can only be retired."""
        new = [id for id in after.asset_ids if id not in before.asset_ids]
        known = await self._store.assets.by_ids(new, session=session)
        if lacking := [id for id in new if id not in known]:
            raise Invalid("asset_ids", f"there is no asset {lacking[0]!r}")
        for id, value in after.fields.items():
            field = catalogue.field(id)
            if field is None or field.kind not in REFERRING or value == before.fields.get(id):
                continue
            if not await self._exists(session, field.kind, str(value)):
                raise Invalid(f"fields.{id}", f"there is no {field.kind} {str(value)!r}")

    async def _exists(self, session: Session, kind: FieldKind, id: str) -> bool:
        if kind == "user":
            agent = await self._agents.get(id, session)
            return agent is not None and agent.active
        if kind == "contact":
            return await self._store.contacts.get(id, session) is not None
        found = await self._store.assets.get(id, session)
        if found is not None and not found.held:
            await self._store.assets.update({"_id": id}, {"$set": {"held": True}}, session=session)
        return found is not None
