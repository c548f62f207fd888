"""Who saw a sensitive value in the clear is written down, once an hour for each ticket."""

from collections import OrderedDict
from datetime import datetime

from storage.events import Change
from storage.ids import derived_id
from ticketing import facts
from ticketing.audit.model import Fact, FactId, Subject
from ticketing.audit.store import AuditStore
from ticketing.catalogue.model import Catalogue
from ticketing.model import Ticket
from ticketing.permissions import Viewer
from ticketing.redaction import CUSTOM, readable

REMEMBERED = 10_000


def sensitive_in(viewer: Viewer, ticket: Ticket, catalogue: Catalogue) -> tuple[str, ...]:
    """The fields that the viewer is shown in the clear; pure."""
    held = (id for id in ticket.fields if readable(viewer, CUSTOM + id))
    return tuple(id for id in held if (field := catalogue.field(id)) and field.sensitive)


class SensitiveReads:
    """Asked with every ticket that is shown whole: nearly always there is nothing to write."""

    def __init__(self, store: AuditStore) -> None:
        self._store = store
        self._noted: OrderedDict[FactId, None] = OrderedDict()

    async def note(
        self, viewer: Viewer, ticket: Ticket, catalogue: Catalogue, now: datetime
    ) -> None:
        """Before the ticket is shown: what cannot be written down is not shown."""
        seen = sensitive_in(viewer, ticket, catalogue)
        if not seen:
            return
        hour = now.replace(minute=0, second=0, microsecond=0).isoformat()
        id = FactId(derived_id("sensitive", viewer.agent_id, ticket.id, hour, *sorted(seen)))
        if id in self._noted:
            return
        await self._store.add_once(
            Fact(
                id=id,
                kind="sensitive.read",
                subject=Subject(kind="ticket", id=ticket.id, name=f"#{ticket.number}"),
                actor=facts.of_viewer(viewer),
                at=now,
                changes=tuple(Change(field=CUSTOM + one) for one in sorted(seen)),
            )
        )
        self._noted[id] = None
        if len(self._noted) > REMEMBERED:
            self._noted.popitem(last=False)
