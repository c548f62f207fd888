"""Commands on a ticket that agents share: each loads, asks its policy, and saves with its events
in one transaction. What differs in nothing is not written and tells nothing.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from msgspec.structs import replace

from normalizer.model import AgentId, TicketId
from storage.events import Actor, Change
from storage.ids import derived_id, new_id
from storage.mongo import Session
from ticketing import facts
from ticketing.agents import check_agents
from ticketing.errors import Refused
from ticketing.model import Ticket
from ticketing.patience import Patience
from ticketing.permissions import Action, Viewer, require
from ticketing.redaction import check_asked, check_change
from ticketing.store import Collections
from ticketing.transactions import Events, Transactions
from ticketing.work import checklist
from ticketing.work.checklist import ItemChange
from ticketing.work.followers import followed, mention_read, unfollowed
from ticketing.work.snooze import awake, due, snoozed
from ticketing.work.store import WorkStore

Alter = Callable[[Ticket], Ticket]
WOKEN_AT_ONCE = 50
log = logging.getLogger(__name__)


class Work:
    """Every command takes the viewer, and gives the ticket after it."""

    def __init__(self, collections: Collections, transactions: Transactions) -> None:
        self._in = collections
        self._store = WorkStore(collections)
        self._transactions = transactions
        self._patience = Patience("snoozed")

    async def follow(self, viewer: Viewer, id: str, agent_id: AgentId, now: datetime) -> Ticket:
        """Oneself, or, for who may change the ticket, somebody else."""
        check_asked(viewer, ["followers"])
        action: Action = "read" if agent_id == viewer.agent_id else "change"

        async def work(session: Session, events: Events) -> Ticket:
            before = require(viewer, action, await self._in.tickets.get(id, session), id)
            await check_agents(self._in, session, [agent_id], "agent_id")
            return await self._save(
                session, events, before, followed(before, [agent_id]), viewer=viewer, now=now
            )

        return await self._transactions.run(work)

    async def unfollow(self, viewer: Viewer, id: str, agent_id: AgentId, now: datetime) -> Ticket:
        """As ``follow``; also agents who are gone."""
        check_asked(viewer, ["followers"])
        action: Action = "read" if agent_id == viewer.agent_id else "change"
        return await self._alter(
            viewer, id, action, lambda ticket: unfollowed(ticket, [agent_id]), now
        )

    async def snooze(
        self, viewer: Viewer, id: str, until: datetime | None, now: datetime
    ) -> Ticket:
        """None: until the customer writes."""
        check_asked(viewer, ["snoozed_until"])
        return await self._alter(
            viewer, id, "change", lambda ticket: snoozed(ticket, until, viewer.agent_id, now), now
        )

    async def wake(self, viewer: Viewer, id: str, now: datetime) -> Ticket:
        """Before its time."""
        check_asked(viewer, ["snoozed_until"])
        return await self._alter(viewer, id, "change", awake, now)

    async def add_item(
        self, viewer: Viewer, id: str, text: str, position: int | None, now: datetime, *, key: str
    ) -> Ticket:
        """A repeated ``key`` adds no second one."""
        check_asked(viewer, ["checklist"])
        item_id = derived_id("item", id, viewer.agent_id, key) if key else new_id(now)
        return await self._alter(
            viewer,
            id,
            "change",
            lambda ticket: checklist.with_item(ticket, item_id, text, position),
            now,
        )

    async def change_item(
        self, viewer: Viewer, id: str, item_id: str, change: ItemChange, now: datetime
    ) -> Ticket:
        """Tick, reword, move."""
        check_asked(viewer, ["checklist"])
        return await self._alter(
            viewer,
            id,
            "change",
            lambda ticket: checklist.with_change(ticket, item_id, change, viewer.agent_id, now),
            now,
        )

    async def remove_item(self, viewer: Viewer, id: str, item_id: str, now: datetime) -> Ticket:
        """It need not be done."""
        check_asked(viewer, ["checklist"])
        return await self._alter(
            viewer, id, "change", lambda ticket: checklist.without_item(ticket, item_id), now
        )

    async def read_mention(self, viewer: Viewer, ticket: Ticket, now: datetime) -> Ticket:
        """The viewer has read what they were named in; nothing is asked where they were not."""
        if viewer.agent_id not in ticket.mentioned:
            return ticket
        return await self._alter(
            viewer, ticket.id, "read", lambda found: mention_read(found, viewer.agent_id), now
        )

    async def wake_due(self, now: datetime) -> int:
        """Wake those whose time has come, a bounded number a pass; how many."""
        held = self._patience.held()
        found = await self._store.asleep_until(now, WOKEN_AT_ONCE + len(held))
        ids = [id for id in found if id not in held][:WOKEN_AT_ONCE]
        return await self._wake(ids, now) if ids else 0

    async def _wake(self, ids: Sequence[TicketId], now: datetime) -> int:
        """Together; one by one where that fails."""
        try:
            woken = await self._wake_together(ids, now)
        except Exception:
            if len(ids) > 1:
                return sum([await self._wake([id], now) for id in ids])
            log.exception("a ticket sleeps on for now", extra={"ticket": ids[0]})
            self._patience.hold(ids[0])
            return 0
        for id in ids:
            self._patience.release(id)
        return woken

    async def _wake_together(self, ids: Sequence[TicketId], now: datetime) -> int:
        async def work(session: Session, events: Events) -> int:
            found = await self._in.tickets.by_ids(ids, session=session)
            late = [ticket for ticket in found.values() if due(ticket, now)]
            for before in late:
                await self._tell(
                    session,
                    events,
                    before,
                    awake(before),
                    actor=facts.SYSTEM,
                    now=now,
                    marks=facts.woken(before),
                )
            return len(late)

        return await self._transactions.run(work)

    async def _alter(
        self, viewer: Viewer, id: str, action: Action, alter: Alter, now: datetime
    ) -> Ticket:
        async def work(session: Session, events: Events) -> Ticket:
            before = require(viewer, action, await self._in.tickets.get(id, session), id)
            return await self._save(session, events, before, alter(before), viewer=viewer, now=now)

        return await self._transactions.run(work)

    async def _save(
        self,
        session: Session,
        events: Events,
        before: Ticket,
        after: Ticket,
        *,
        viewer: Viewer,
        now: datetime,
    ) -> Ticket:
        if after is before:
            return before
        if before.merged_into is not None:
            raise Refused("it was merged into another ticket: change that one")
        check_change(viewer, before, after)
        return await self._tell(
            session, events, before, after, actor=facts.of_viewer(viewer), now=now
        )

    async def _tell(
        self,
        session: Session,
        events: Events,
        before: Ticket,
        after: Ticket,
        *,
        actor: Actor,
        now: datetime,
        marks: tuple[Change, ...] = (),
    ) -> Ticket:
        saved = replace(after, version=before.version + 1)
        await self._in.tickets.replace_many([saved], session=session)
        events.append(
            facts.fact(
                "ticket.changed",
                saved,
                cause=f"v{saved.version}",
                actor=actor,
                at=now,
                changes=(*facts.differences(before, saved), *checklist.told(before, saved), *marks),
            )
        )
        return saved
