"""Linking and unlinking tickets, and what a parent hears of its children."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from normalizer.model import TicketId
from storage.events import Change, Event, EventLog
from storage.mongo import Session
from ticketing import facts
from ticketing.errors import Invalid, Refused
from ticketing.links.adopting import Adopting, linked
from ticketing.links.model import (
    MAX_LINKS,
    Linked,
    LinkKind,
    TicketLink,
    both_ways,
    link_id,
)
from ticketing.links.policy import check_solving
from ticketing.links.store import LinkStore
from ticketing.model import Ticket
from ticketing.permissions import Viewer, require, sees
from ticketing.reading.partial import inboxes_of
from ticketing.redaction import readable, shown
from ticketing.store import Collections, settle
from ticketing.transactions import Transactions

_NONE: Mapping[TicketId, Ticket] = {}
ENDED = frozenset({"solved", "closed"})


class Links:
    """Commands of agents."""

    def __init__(self, store: LinkStore, transactions: Transactions) -> None:
        self._store = store
        self._adopting = Adopting(store)
        self._transactions = transactions

    async def of(self, viewer: Viewer, ticket: Ticket) -> list[Linked]:
        """A visible ticket's links to others that the viewer sees."""
        links = await self._store.of(ticket.id)
        found = await self._store.tickets(one.other_id for one in links) if links else _NONE
        return told_links(viewer, links, found)

    async def add(
        self, viewer: Viewer, id: str, kind: LinkKind, other_id: str, now: datetime
    ) -> Linked:
        """A link that is there already is given back. Raises Refused for circles and towers."""

        async def work(session: Session, events: list[Event]) -> Linked:
            ticket, other = await self._both(viewer, id, other_id, session)
            if ticket.id == other.id:
                raise Invalid("target_id", "a ticket cannot be linked to itself")
            known = await self._store.link(link_id(ticket.id, kind, other.id), session)
            if known is not None:
                return Linked(link=known, other=in_view(viewer, other))
            for one in (ticket, other):
                if len(await self._store.of(one.id, session)) >= MAX_LINKS:
                    raise Refused(f"at most {MAX_LINKS} links of #{one.number}: unlink some")
            links = both_ways(ticket.id, kind, other.id, viewer.agent_id, now)
            if kind in {"parent", "child"}:
                parent, child = (other, ticket) if kind == "parent" else (ticket, other)
                await self._adopting.adopt(viewer, parent, child, session)
            await self._store.keep(links, session)
            events += linked("ticket.linked", links, (ticket, other), viewer, now)
            return Linked(link=links[0], other=in_view(viewer, other))

        return await self._transactions.run(work)

    async def remove(self, viewer: Viewer, id: str, link: str, now: datetime) -> None:
        """On both sides; nothing happens where there is none."""

        async def work(session: Session, events: list[Event]) -> None:
            known = await self._store.link(link, session)
            if known is None or known.ticket_id != id:
                require(viewer, "change", (await self._store.tickets([id], session)).get(
                    TicketId(id)), id)  # fmt: skip
                return
            ticket, other = await self._both(viewer, id, known.other_id, session)
            if known.kind in {"parent", "child"}:
                parent, child = (other, ticket) if known.kind == "parent" else (ticket, other)
                children = max(0, parent.children - 1)
                await self._adopting.save(session, replace(parent, children=children))
                await self._adopting.save(session, replace(child, parent_id=None))
            links = both_ways(ticket.id, known.kind, other.id, viewer.agent_id, now)
            await self._store.drop([one.id for one in links], session)
            events += linked("ticket.unlinked", links, (ticket, other), viewer, now)

        await self._transactions.run(work)

    async def _both(
        self, viewer: Viewer, id: str, other_id: str, session: Session
    ) -> tuple[Ticket, Ticket]:
        found = await self._store.tickets([id, other_id], session)
        both = [require(viewer, "change", found.get(TicketId(one)), one) for one in (id, other_id)]
        for one in both:
            if one.merged_into is not None:
                raise Refused(f"#{one.number} was merged into another ticket: link that one")
        return both[0], both[1]


class Family:
    """Parents wait for their children, and hear when the last of them is done."""

    def __init__(self, collections: Collections, events: EventLog) -> None:
        self._mongo = collections.mongo
        self._store = LinkStore(collections)
        self._events = events

    async def handle(self, events: Sequence[Event]) -> None:
        """A consumer: each parent of whom the last child was solved gets a line in its history."""
        ended = {TicketId(one.ticket_id): one.at for one in events if _has_ended(one)}
        if not ended:
            return
        latest: dict[TicketId, datetime] = {}  # by parent
        for child in (await self._store.tickets(ended)).values():
            if child.parent_id is not None:
                at = ended[child.id]
                latest[child.parent_id] = max(at, latest.get(child.parent_id, at))
        for parent_id, at in latest.items():
            await self._tell(parent_id, at)

    async def _tell(self, parent_id: TicketId, at: datetime) -> None:
        async def work(session: Session) -> None:
            parent = (await self._store.tickets([parent_id], session)).get(parent_id)
            if parent is None or not parent.open:
                return
            children = await self._store.linked(parent.id, "child", session)
            if not children or any(one.open for one in children):
                return
            last = max(children, key=lambda one: (_ended_at(one), one.number))
            done = facts.fact(
                "children.solved",
                parent,
                # the same for every child, and every repeat, until one is solved anew
                cause=f"{last.id}@{_ended_at(last).timestamp()}",
                actor=facts.SYSTEM,
                at=at,
                changes=[Change(field="child", after=f"#{last.number}")],
            )
            await self._events.append(session, [done])

        await settle(self._mongo, work)


async def check_children(
    store: LinkStore,
    before: Ticket,
    after: Ticket,
    session: Session,
    unsaved: Mapping[TicketId, Ticket] = _NONE,
    *,
    viewer: Viewer | None = None,
) -> None:
    """Raises Refused where a ticket is to be solved before its children. Only parents are asked.
    ``unsaved`` are tickets as the same transaction is going to save them.
    """
    if before.children and before.open and not after.open:
        children = await store.linked(before.id, "child", session)
        check_solving(viewer, before, [unsaved.get(one.id, one) for one in children])


def in_view(viewer: Viewer, ticket: Ticket) -> Ticket:
    """As far as the viewer may know it; words that may come from a hidden inbox are left out."""
    known = shown(viewer, ticket)
    if viewer.inbox_ids is None or viewer.inbox_ids.issuperset(inboxes_of(ticket)):
        return known
    return replace(known, subject="", snippet="", contact_name="")


def told_links(
    viewer: Viewer, links: Iterable[TicketLink], others: Mapping[TicketId, Ticket]
) -> list[Linked]:
    """Those whose other side the viewer sees, as far as they may know it."""
    return [
        Linked(link=one, other=in_view(viewer, others[one.other_id]))
        for one in links
        if one.other_id in others and sees(viewer, others[one.other_id]) and _told(viewer, one)
    ]


def _told(viewer: Viewer, link: TicketLink) -> bool:
    return link.kind not in {"parent", "child"} or readable(viewer, "parent_id")


def _has_ended(event: Event) -> bool:
    return any(
        one.field == "status" and one.after in ENDED and one.before not in ENDED
        for one in event.changes
    )


def _ended_at(ticket: Ticket) -> datetime:
    return ticket.solved_at or ticket.status_at or ticket.created_at
