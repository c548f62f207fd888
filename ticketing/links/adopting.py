"""How a ticket gets a parent: one that is there already, or one with which it begins."""

from datetime import datetime

from msgspec.structs import replace

from normalizer.model import TicketId
from storage.events import Change, Event
from storage.mongo import Session
from ticketing import facts
from ticketing.errors import Refused
from ticketing.links.model import MAX_DEPTH, MAX_LINKS, OPPOSITE, TicketLink, both_ways
from ticketing.links.policy import check_family
from ticketing.links.store import LinkStore
from ticketing.model import Ticket
from ticketing.permissions import Viewer, require


class Adopting:
    """Within the caller's transaction."""

    def __init__(self, store: LinkStore) -> None:
        self._store = store

    async def born(
        self, viewer: Viewer, parent_id: str, child: Ticket, now: datetime, session: Session
    ) -> list[Event]:
        """A ticket that was just stored becomes the child of another, which the viewer may change.
        Raises NotFound and Refused.
        """
        found = await self._store.tickets([parent_id], session)
        parent = require(viewer, "change", found.get(TicketId(parent_id)), parent_id)
        if parent.merged_into is not None:
            raise Refused(f"#{parent.number} was merged into another ticket: link that one")
        if len(await self._store.of(parent.id, session)) >= MAX_LINKS:
            raise Refused(f"at most {MAX_LINKS} links of #{parent.number}: unlink some")
        await self.adopt(viewer, parent, child, session)
        links = both_ways(parent.id, "child", child.id, viewer.agent_id, now)
        await self._store.keep(links, session)
        return linked("ticket.linked", links, (parent, child), viewer, now)

    async def adopt(self, viewer: Viewer, parent: Ticket, child: Ticket, session: Session) -> None:
        """Both are saved. Raises Refused for circles and towers."""
        line = [parent]
        while line[-1].parent_id is not None and len(line) <= MAX_DEPTH:
            above = await self._store.tickets([line[-1].parent_id], session)
            if line[-1].parent_id not in above:
                break
            line.append(above[line[-1].parent_id])
        check_family(viewer, child, line, await self._generations(child, session))
        await self._store.one_at_a_time(session)
        await self.save(session, replace(parent, children=parent.children + 1))
        await self.save(session, replace(child, parent_id=parent.id))

    async def _generations(self, ticket: Ticket, session: Session) -> int:
        """How many there are below, as far as it matters."""
        level, depth = [ticket], 0
        while any(one.children for one in level) and depth < MAX_DEPTH:
            level = [
                child
                for one in level
                if one.children
                for child in await self._store.linked(one.id, "child", session)
            ]
            depth += 1
        return depth

    async def save(self, session: Session, ticket: Ticket) -> None:
        """A side of a link as it is now."""
        await self._store.save([replace(ticket, version=ticket.version + 1)], session)


def linked(
    kind: str,
    links: tuple[TicketLink, TicketLink],
    tickets: tuple[Ticket, Ticket],
    viewer: Viewer,
    now: datetime,
) -> list[Event]:
    """What the histories of both sides say of a link that came or went (by ``kind``)."""
    ticket, other = tickets
    sides = ((ticket, links[0].kind, other), (other, OPPOSITE[links[0].kind], ticket))
    gone = kind == "ticket.unlinked"
    return [
        facts.fact(
            kind,
            one,
            cause=f"{links[0].id}@{now.timestamp()}",
            actor=facts.of_viewer(viewer),
            at=now,
            changes=[
                Change(
                    field=what,
                    before=f"#{far.number}" if gone else None,
                    after=None if gone else f"#{far.number}",
                )
            ],
        )
        for one, what, far in sides
    ]
