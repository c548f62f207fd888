"""Whether what a ticket names exists: assets, and the people and assets in its custom fields."""

from collections.abc import Sequence

from msgspec.structs import replace

from storage.blobs import Blobs
from storage.mongo import Mongo, Session
from ticketing.assets.store import AssetStore
from ticketing.catalogue.model import Catalogue, FieldFile, FieldKind
from ticketing.errors import Invalid
from ticketing.model import Agent, Ticket

REFERRING: frozenset[FieldKind] = frozenset({"user", "contact", "asset", "file"})


class Referred:
    """Only what a change names anew is looked up: what is gone since stays where it stands."""

    def __init__(self, mongo: Mongo) -> None:
        self._files = mongo.collection("field_files", FieldFile)
        self._blobs = Blobs(mongo)
        self._store = AssetStore(mongo)
        self._agents = mongo.collection("agents", Agent)

    async def check(
        self,
        session: Session,
        before: Ticket,
        after: Ticket,
        catalogue: Catalogue,
        files: Sequence[FieldFile] = (),
    ) -> None:
        """Raises Invalid with the field. An asset in a field is noted: it can only be retired.
        ``files`` are those that came with the change; they are kept with it.
        """
        new = [id for id in after.asset_ids if id not in before.asset_ids]
        known = await self._store.assets.by_ids(new, session=session)
        if lacking := [id for id in new if id not in known]:
            raise Invalid("asset_ids", f"there is no asset {lacking[0]!r}")
        for id, value in after.fields.items():
            field = catalogue.field(id)
            if field is None or field.kind not in REFERRING or value == before.fields.get(id):
                continue
            if field.kind == "file":
                await self._keep(session, id, str(value), after, files)
            elif not await self._exists(session, field.kind, str(value)):
                raise Invalid(f"fields.{id}", f"there is no {field.kind} {str(value)!r}")

    async def _keep(
        self, session: Session, field: str, id: str, ticket: Ticket, files: Sequence[FieldFile]
    ) -> None:
        """A file is the ticket's own: no id of another's lets anybody read it."""
        found = next((one for one in files if one.id == id), None)
        if found is None:
            kept = await self._files.get(id, session)
            if kept is None or kept.ticket_id != ticket.id:
                raise Invalid(f"fields.{field}", "put the file up first: there is no such upload")
            return
        await self._files.replace_many([replace(found, ticket_id=ticket.id)], session=session)
        await self._blobs.touch(session, [found.sha256])

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
