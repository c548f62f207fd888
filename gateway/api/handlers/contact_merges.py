"""Merges of contacts over their commands."""

from collections.abc import Mapping, Sequence

from msgspec import UNSET

from gateway.api import person_views
from gateway.api.call import Call, Handler, Result
from gateway.api.schemas import contact_merges as m
from gateway.api.schemas.contacts import ContactCard
from gateway.api.views import maybe_time, time
from ticketing.model import Contact
from ticketing.people.merging.handlers import ContactMerging
from ticketing.people.merging.model import ContactMerge
from ticketing.people.reading import PeopleReading
from ticketing.permissions import Viewer


class ContactMergesApi:
    """Thin."""

    def __init__(self, merging: ContactMerging, reading: PeopleReading) -> None:
        self._merging = merging
        self._reading = reading

    def handlers(self) -> Mapping[str, Handler]:
        """By operation."""
        return {
            "contactDuplicates": self.duplicates,
            "previewContactMerge": self.preview,
            "mergeContacts": self.merge,
            "listContactMerges": self.merges,
            "undoContactMerge": self.undo,
        }

    async def duplicates(self, call: Call[None, None]) -> Result:
        """Suggested only: nobody is merged by itself."""
        found = await self._reading.duplicates(call.viewer, call.params["id"])
        cards = await self._cards(call.viewer, [one.contact for one in found])
        return m.DuplicateList(
            items=[
                m.DuplicateContact(contact=card, reasons=list(one.reasons))
                for one, card in zip(found, cards, strict=True)
            ]
        )

    async def preview(self, call: Call[m.ContactMergePreviewWish, None]) -> Result:
        """Nothing is changed."""
        found = await self._merging.preview(
            call.viewer, call.params["id"], call.body.source_id, call.now
        )
        source, after = await self._cards(call.viewer, [found.source, found.after])
        return m.ContactMergePreview(
            source=source,
            after=after,
            tickets=found.tickets,
            conversations=found.conversations,
            notes=found.notes,
            conflicts=[
                m.ContactConflict(field=one.field, kept=one.kept, lost=one.lost)
                for one in found.conflicts
            ],
        )

    async def merge(self, call: Call[m.ContactMergeWish, None]) -> Result:
        """Repeated, it gives the first one."""
        wanted = call.body
        given = (wanted.version, wanted.source_version)
        target, source = (None if one is UNSET else one for one in given)
        made = await self._merging.merge(
            call.viewer, call.params["id"], wanted.source_id, call.now, versions=(target, source)
        )
        card = person_views.card(await self._reading.person(call.viewer, made.target_id))
        return m.ContactMerged(merge=_shown(made), contact=card)

    async def merges(self, call: Call[None, None]) -> Result:
        """The latest first."""
        found = await self._merging.merges(call.viewer, call.params["id"])
        return m.ContactMergeList(items=[_shown(one) for one in found])

    async def undo(self, call: Call[None, None]) -> Result:
        """409 says which merge is to be taken back before."""
        apart = await self._merging.undo(call.viewer, call.params["id"], call.now)
        source, target = await self._cards(call.viewer, [apart.source, apart.target])
        return m.ContactUnmerged(source=source, target=target, kept=list(apart.kept))

    async def _cards(self, viewer: Viewer, contacts: Sequence[Contact]) -> list[ContactCard]:
        return [person_views.card(one) for one in await self._reading.people(viewer, contacts)]


def _shown(merge: ContactMerge) -> m.ContactMerge:
    return m.ContactMerge(
        id=merge.id,
        source_id=merge.source_id,
        source_name=merge.source.name,
        target_id=merge.target_id,
        by=merge.by,
        by_name=merge.by_name,
        at=time(merge.at),
        undone_at=maybe_time(merge.undone_at),
    )
