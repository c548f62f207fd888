"""What of the store comes into an archive: all of the scope, or what one person may see of it."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from archive.model import Scope
from archive.store import ArchiveStore, Document
from storage.events import Event
from ticketing.model import Ticket
from ticketing.permissions import Viewer, sees, sees_inbox
from ticketing.redaction import BLANK, readable, shown_fields, told

Record = Mapping[str, Any]


class Sight:
    """``viewer`` None: whoever runs the house."""

    def __init__(self, store: ArchiveStore, scope: Scope, viewer: Viewer | None) -> None:
        self._store = store
        self._scope = scope
        self._viewer = viewer

    @property
    def whole(self) -> bool:
        """Whether nothing of the scope is hidden, not even what is told of a lost ticket."""
        return self._viewer is None

    async def messages(self, page: Sequence[Document]) -> Sequence[Document]:
        """Those of the scope whose tickets the viewer sees. A ticket may gather conversations of
        other inboxes: those stay out.
        """
        wanted = [one for one in page if self.of_scope(one)]
        if self._viewer is None:
            return wanted
        ids = sorted({one["ticket_id"] for one in wanted})
        found = [msgspec.convert(one, Ticket) for one in await self._store.by_ids("tickets", ids)]
        visible = {one.id for one in found if sees(self._viewer, one)}
        return [one for one in wanted if one["ticket_id"] in visible]

    def of_scope(self, document: Document) -> bool:
        """Whether the document's inbox is asked for and visible."""
        inbox_id = document["inbox_id"]
        asked = self._scope.inboxes is None or inbox_id in self._scope.inboxes
        return asked and (self._viewer is None or sees_inbox(self._viewer, inbox_id))

    def ticket(self, record: Record) -> Record | None:
        """Without what is hidden from the viewer; None for a ticket that they see in part: what it
        tells of itself may come from a conversation of a hidden inbox.
        """
        viewer = self._viewer
        if viewer is not None and not all(sees_inbox(viewer, id) for id in record["inbox_ids"]):
            return None
        if viewer is None or not viewer.field_rules:
            return record
        kept = {
            name: value
            for name, value in record.items()
            if name not in BLANK or readable(viewer, name)
        }
        return kept | {"fields": shown_fields(viewer, record.get("fields", {}))}

    def event(self, document: Document) -> Document | None:
        """Of a ticket that ``ticket`` shows, as the viewer may read it; None: not at all."""
        if not self.of_scope(document):
            return None
        if self._viewer is None or not self._viewer.field_rules:
            return document
        event = told(self._viewer, msgspec.convert(document, Event))
        return (
            None if event is None else {**document, "changes": msgspec.to_builtins(event.changes)}
        )
