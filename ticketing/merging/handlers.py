"""Merging tickets, looking at what it would do, and taking it back: one transaction each."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

import msgspec

from normalizer.model import TicketId
from storage.events import Event
from storage.ids import new_id
from storage.mongo import Session
from ticketing.catalogue.model import Catalogue
from ticketing.errors import Invalid, NotFound, Refused, Stale
from ticketing.links.handlers import check_children, in_view
from ticketing.merging.choices import check_move
from ticketing.merging.facts import told, untold
from ticketing.merging.joining import joined
from ticketing.merging.model import (
    Choices,
    Merge,
    MergeId,
    Preview,
    Size,
    Undone,
)
from ticketing.merging.preview import previewed
from ticketing.merging.store import MergeStore
from ticketing.merging.undoing import dependents, merge, take_back
from ticketing.merging.world import World
from ticketing.model import Ticket
from ticketing.permissions import Viewer, require, sees, sees_inbox
from ticketing.redaction import rule_of
from ticketing.transactions import Work

ResultT = TypeVar("ResultT")

MAX_SOURCES = 20


class Runs(Protocol):
    """As ``Transactions``."""

    async def run(self, work: Work[ResultT]) -> ResultT:
        """What ``work`` returned, once it is committed with the events that it listed."""


class MergeWish(msgspec.Struct, frozen=True, kw_only=True):
    """Tickets that go into another. ``choices`` name fields and whose value stays; ``versions``,
    where given, are those that the agent has seen, by ticket.
    """

    source_ids: tuple[str, ...]
    target_id: str
    choices: Choices = {}
    versions: Mapping[str, int] = {}


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """The records, one for each source, and the target after them."""

    merges: tuple[Merge, ...]
    target: Ticket


class Merging:
    """Commands of agents."""

    def __init__(
        self,
        store: MergeStore,
        transactions: Runs,
        catalogue: Callable[[], Awaitable[Catalogue]],
    ) -> None:
        self._store = store
        self._transactions = transactions
        self._catalogue = catalogue

    async def preview(self, viewer: Viewer, wish: MergeWish, now: datetime) -> list[Preview]:
        """One for each source, each as if it were merged alone. Raises what ``merge`` would."""
        ids = _ids(wish)

        async def work(session: Session, _events: list[Event]) -> list[Preview]:
            world = await self._world(viewer, wish, session, marks=False)
            target = in_view(viewer, world.tickets[ids[-1]])
            previews = []
            for id in ids[:-1]:
                pair = (world.tickets[id], world.tickets[ids[-1]])
                _, result = joined(*pair, now, wish.choices)
                await self._check_result(
                    viewer, pair, result, wish.choices, now=now, session=session
                )
                places = await self._store.places(id, session)
                seen = [one for one in places if sees_inbox(viewer, one.inbox_id)]
                source = in_view(viewer, world.tickets[id])
                previews.append(
                    previewed(source, target, world, places=seen, choices=wish.choices, now=now)
                )
            return previews

        return await self._transactions.run(work)

    async def merge(self, viewer: Viewer, wish: MergeWish, now: datetime) -> Merged:
        """All of them, or none. Raises Stale, Refused, Invalid."""
        ids, base = _ids(wish), new_id(now)

        async def work(session: Session, events: list[Event]) -> Merged:
            world = await self._world(viewer, wish, session)
            at = await after_all(self._store, ids, now, session)
            records = []
            for n, id in enumerate(ids[:-1]):
                record = _record(
                    MergeId(f"{base}-{n:02d}"),
                    source=world.tickets[id],
                    target=world.tickets[ids[-1]],
                    viewer=viewer,
                    at=at,
                    choices=wish.choices,
                )
                done = merge(world, record, now)
                pair = (done.source_before, done.target_before)
                await self._check_result(
                    viewer, pair, done.target_after, wish.choices, now=now, session=session
                )
                records.append(done)
            saved = world.tickets | {one.id: one for one in await self._store.save(world, session)}
            events += told(records, world, saved, viewer, now)
            return Merged(merges=tuple(records), target=saved[ids[-1]])

        return await self._transactions.run(work)

    async def undo(self, viewer: Viewer, id: str, now: datetime) -> Undone:
        """What was merged or split is again as it was; a repeated call finds it done."""

        async def work(session: Session, events: list[Event]) -> Undone:
            record = await self._visible(viewer, id, session)
            if record.undone_at is not None:
                found = await self._store.tickets((record.source_id, record.target_id), session)
                return Undone(
                    merge=record, source=found[record.source_id], target=found[record.target_id]
                )
            later = dependents(record, await self._store.later(record, session))
            world = await self._loaded(record, later, session)
            _check_reach(viewer, world)
            record = msgspec.structs.replace(record, undone_by=viewer.agent_id)
            undone = take_back(world, record, later, now)
            saved = {one.id: one for one in await self._store.save(world, session)}
            events += untold(undone.merge, world, saved, viewer, now)
            after = world.tickets | saved
            return msgspec.structs.replace(
                undone, source=after[record.source_id], target=after[record.target_id]
            )

        return await self._transactions.run(work)

    async def history(self, viewer: Viewer, id: str) -> list[Merge]:
        """Merges and splits of a ticket of which the viewer sees both sides, the latest first."""

        async def work(session: Session, _events: list[Event]) -> list[Merge]:
            tickets = await self._store.tickets([id], session)
            require(viewer, "read", tickets.get(TicketId(id)), id)
            records = await self._store.records_of(id, session)
            others = {other for one in records for other in (one.source_id, one.target_id)}
            found = await self._store.tickets(others, session)
            visible = {one.id for one in found.values() if sees(viewer, one)}
            return [one for one in records if visible.issuperset((one.source_id, one.target_id))]

        return await self._transactions.run(work)

    async def _world(
        self, viewer: Viewer, wish: MergeWish, session: Session, *, marks: bool = True
    ) -> World:
        """The tickets of a wish, allowed and as the agent has seen them."""
        ids = _ids(wish)
        for name in wish.choices:
            if rule_of(viewer, name) is not None:
                raise Invalid(f"choices.{name}", "your role may not change this field")
        world = await self._store.world(ids, session, marks=marks)
        for id in ids:
            ticket = require(viewer, "join", world.tickets.get(id), id)
            if wish.choices:
                require(viewer, "change", ticket, id)
            if wish.versions.get(id, ticket.version) != ticket.version:
                raise Stale(ticket.version)
        return world

    async def _check_result(
        self,
        viewer: Viewer,
        pair: tuple[Ticket, Ticket],
        result: Ticket,
        choices: Choices,
        *,
        now: datetime,
        session: Session,
    ) -> None:
        """Raises what a change of the target to what was chosen would."""
        if not choices:
            return
        catalogue = await self._catalogue()
        check_move(*pair, result, choices, catalogue=catalogue, now=now)
        await check_children(self._store.links, pair[1], result, session, viewer=viewer)

    async def _visible(self, viewer: Viewer, id: str, session: Session) -> Merge:
        record = await self._store.record(id, session)
        if record is None:
            raise NotFound("merge", id)
        both = (record.source_id, record.target_id)
        tickets = await self._store.tickets(both, session)
        if not all(one in tickets and sees(viewer, tickets[one]) for one in both):
            raise NotFound("merge", id)
        for one in both:
            require(viewer, "join", tickets[one], one)
        return record

    async def _loaded(self, record: Merge, later: Sequence[Merge], session: Session) -> World:
        records = (record, *later)
        ids = dict.fromkeys(id for one in records for id in (one.source_id, one.target_id))
        world = await self._store.world(ids, session, since=record.at)
        for one in records:
            world.moved[one.id], world.chosen[one.id] = await self._store.moved(one.id, session)
        return world


async def after_all(
    store: MergeStore, ids: Sequence[TicketId], now: datetime, session: Session
) -> datetime:
    """Now, or just after the last record of these tickets where a host's clock runs late."""
    records = [one for id in ids for one in await store.records_of(id, session)]
    last = max((one.at for one in records), default=None)
    return now if last is None else max(now, last + timedelta(milliseconds=1))


def _check_reach(viewer: Viewer, world: World) -> None:
    """Raises Refused where later merges of tickets that the viewer does not see would be redone."""
    if not all(sees(viewer, one) for one in world.tickets.values()):
        raise Refused(
            "it was merged further since, into or with what you may not see: ask somebody who may"
        )


def _ids(wish: MergeWish) -> list[TicketId]:
    """The sources, then the target."""
    sources = list(dict.fromkeys(TicketId(id) for id in wish.source_ids))
    if not 0 < len(sources) <= MAX_SOURCES:
        raise Invalid("source_ids", f"between 1 and {MAX_SOURCES}")
    return [*sources, TicketId(wish.target_id)]


def _record(
    id: MergeId, *, source: Ticket, target: Ticket, viewer: Viewer, at: datetime, choices: Choices
) -> Merge:
    """Without its images, which ``undoing.merge`` makes."""
    return Merge(
        id=id,
        kind="merge",
        at=at,
        actor_id=viewer.agent_id,
        actor_name=viewer.name,
        source_id=source.id,
        target_id=target.id,
        source_before=source,
        source_after=source,
        target_before=target,
        target_after=target,
        source_size=Size(),
        target_size=Size(),
        choices=dict(choices),
    )
