"""Tickets that leave a state when they have been in it long enough.

A consumer of events keeps for each such ticket when it is due; a sweeper asks only for those. Like
the counters it looks again instead of adding up: twice, late or in another order give the same.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from msgspec.structs import replace

from storage.events import Actor, Event
from storage.ids import truncate
from storage.mongo import Mongo, Session
from ticketing import facts, metrics
from ticketing.catalogue.model import AutomaticMove, Catalogue, StateTimer, TicketType
from ticketing.catalogue.moving import entered, state_of
from ticketing.catalogue.reading import Present
from ticketing.catalogue.store import TimerStore
from ticketing.errors import Refused
from ticketing.links.handlers import check_children
from ticketing.links.store import LinkStore
from ticketing.model import Ticket
from ticketing.patience import Patience
from ticketing.reading.windows import AHEAD, FLOOR, newest_first
from ticketing.store import settle
from ticketing.transactions import Transactions

KINDS = frozenset(
    {
        "ticket.created",
        "ticket.changed",
        "ticket.merged",
        "ticket.unmerged",
        "ticket.unlinked",
        "children.solved",
    }
)
AT_ONCE = 20  # tickets of one transaction
MOST_DUE = 200
PAGE = 500
CHILDREN_OPEN = timedelta(minutes=15)  # till a parent that waits for its children is looked at
log = logging.getLogger(__name__)


def rules_of(catalogue: Catalogue) -> str:
    """All rules of this kind in one line; "" where there is none."""
    found = [
        f"{kind.id}|{rule.source}|{rule.after_h}"
        for kind in catalogue.contents(TicketType)
        for rule in kind.automatic
        if rule.on == "elapsed"
    ]
    return "\n".join(sorted(found))


def rule_of(ticket: Ticket, catalogue: Catalogue) -> AutomaticMove | None:
    """The rule that ends the ticket's present state; pure."""
    if not ticket.type_id:
        return None
    present = state_of(ticket, catalogue).id
    rules = catalogue.type_of(ticket.type_id).automatic
    return next((one for one in rules if one.on == "elapsed" and one.source == present), None)


def timer_of(ticket: Ticket, catalogue: Catalogue) -> StateTimer | None:
    """When the ticket's present state ends by itself; pure."""
    rule = rule_of(ticket, catalogue)
    if rule is None or rule.after_h is None:
        return None
    since = ticket.status_at or ticket.created_at
    return StateTimer(
        id=ticket.id,
        place=f"{ticket.type_id}|{rule.source}",
        due_at=truncate(since + timedelta(hours=rule.after_h)),
    )


def elapsed(ticket: Ticket, catalogue: Catalogue, now: datetime) -> Ticket:
    """The ticket in the state that its rule leads to; the same one when it is not due; pure."""
    rule, timer = rule_of(ticket, catalogue), timer_of(ticket, catalogue)
    if rule is None or timer is None or timer.due_at > now:
        return ticket
    states = catalogue.type_of(ticket.type_id).states
    target = next(one for one in states if one.id == rule.target)
    moved = entered(ticket, target, now)
    return replace(moved, updated_at=max(now, ticket.updated_at), version=ticket.version + 1)


class StateTimers:
    """``handle`` is a consumer of events; ``catch_up`` is for tickets that were there before a
    rule was.
    """

    def __init__(self, mongo: Mongo, store: TimerStore, catalogue: Present) -> None:
        self._mongo = mongo
        self._store = store
        self._catalogue = catalogue

    async def handle(self, events: Sequence[Event]) -> None:
        """Costs nothing where no type has such a rule."""
        catalogue = await self._catalogue()
        if not rules_of(catalogue):
            return
        ids = list(dict.fromkeys(event.ticket_id for event in events if event.kind in KINDS))
        await self._look_again(ids, catalogue)

    async def catch_up(self, now: datetime) -> int:
        """Look at every ticket once after the rules have changed; how many were looked at. What
        was cut off goes on where it was.
        """
        catalogue = await self._catalogue()
        rules = rules_of(catalogue)
        walk = await self._store.walk()
        if rules == walk.rules and walk.until is None:
            return 0
        if not rules:  # the sweeper drops what is due by a rule that is gone
            await self._store.note_walk(rules)
            return 0
        looked, until = 0, now + AHEAD
        if rules == walk.rules and walk.until is not None:
            until = walk.until
        while until > FLOOR:
            page = await newest_first(self._store.begun_in, until, PAGE)
            await self._look_again([one.id for one in page], catalogue)
            looked += len(page)
            if len(page) < PAGE:
                break
            # whoever shares the last one's moment comes again, unless a whole page does
            last = page[-1].created_at
            until = last if page[0].created_at == last else last + timedelta(milliseconds=1)
            await self._store.note_walk(rules, until)
        await self._store.note_walk(rules)
        return looked

    async def _look_again(self, ids: Sequence[str], catalogue: Catalogue) -> None:
        for start in range(0, len(ids), AT_ONCE):
            compare = partial(self._compare, ids[start : start + AT_ONCE], catalogue)
            await settle(self._mongo, compare)

    async def _compare(self, ids: Sequence[str], catalogue: Catalogue, session: Session) -> None:
        tickets, timers = await self._store.of(ids, session)
        wanted = {id: timer_of(one, catalogue) for id, one in tickets.items()}
        new = [one for id, one in wanted.items() if one is not None and one != timers.get(id)]
        gone = [id for id in timers if wanted.get(id) is None]
        if new or gone:
            await self._store.set(session, new, gone)


class Elapsing:
    """Moves what is due; one process does it at a time."""

    def __init__(
        self, store: TimerStore, links: LinkStore, transactions: Transactions, catalogue: Present
    ) -> None:
        self._store = store
        self._links = links
        self._transactions = transactions
        self._catalogue = catalogue
        self._patience = Patience("states")

    async def sweep(self, now: datetime) -> int:
        """How many moved. Whoever changed a ticket meanwhile is not overruled."""
        catalogue = await self._catalogue()
        held = self._patience.held()
        due = await self._store.due(now, MOST_DUE + len(held))
        moved = sum([await self._try(one.id, catalogue, now) for one in due if one.id not in held])
        metrics.STATES_ELAPSED.inc(moved)
        return moved

    async def _try(self, id: str, catalogue: Catalogue, now: datetime) -> int:
        try:
            moved = await self._move(id, catalogue, now)
        except Exception:
            log.exception("a ticket does not leave its state yet", extra={"ticket": id})
            self._patience.hold(id)
            return 0
        self._patience.release(id)
        return moved

    async def _move(self, id: str, catalogue: Catalogue, now: datetime) -> int:
        async def work(session: Session, events: list[Event]) -> int:
            tickets, _ = await self._store.of([id], session)
            before = tickets.get(id)
            after = elapsed(before, catalogue, now) if before else None
            if before and after and await self._waits(before, after, session):
                later = timer_of(before, catalogue)
                if later is not None:
                    await self._store.set(session, [replace(later, due_at=now + CHILDREN_OPEN)], [])
                return 0
            timer = timer_of(after, catalogue) if after else None
            await self._store.set(session, [timer] if timer else [], [] if timer else [id])
            if before is None or after is None or after is before:
                return 0
            await self._store.save(session, after)
            events.append(_told(before, after, catalogue, now))
            return 1

        return await self._transactions.run(work)

    async def _waits(self, before: Ticket, after: Ticket, session: Session) -> bool:
        try:
            await check_children(self._links, before, after, session)
        except Refused:
            return True
        return False


def _told(before: Ticket, after: Ticket, catalogue: Catalogue, now: datetime) -> Event:
    kind = catalogue.type_of(after.type_id)
    return facts.fact(
        "ticket.changed",
        after,
        cause=f"v{after.version}",
        actor=Actor(kind="rule", id=kind.id, name=next(iter(kind.names.values()), kind.id)),
        at=now,
        changes=facts.differences(before, after),
    )
