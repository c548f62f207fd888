"""Inboxes that must be asked: polled mailboxes and long polls, each by one process at a time."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Mapping
from functools import partial
from urllib.parse import quote, unquote

from connectors.contract import (
    Connector,
    InboxId,
    MayPull,
    Pulled,
    Puller,
    Rung,
    Streamer,
    WebhookReceiver,
)
from connectors.errors import ConnectorError
from gateway.backoff import Backoff
from gateway.directory import InboxDirectory
from gateway.metrics import WORKER_RUNS
from gateway.tasks import cancelled, together
from gateway.workers.intake import record
from gateway.workers.leased import while_leased
from gateway.workers.loops import Bell
from gateway.workers.pulling import Note, PullLoop
from gateway.workers.store import CursorStore
from storage.ids import utc_now
from storage.journal import Journal, partition_of
from storage.leases import Leases
from ticketing.errors import LineUnknown
from ticketing.model import Inbox

log = logging.getLogger(__name__)

LOOK_FOR_INBOXES_S = 5.0
LOOK_FOR_CHANGES_S = 1.0
IDLE_S = 60.0


class Sources:
    """Follows the directory; inboxes are asked in groups, each group under one lease.

    A lease for every inbox would cost a site of hundreds more than their mail does. ``news`` is
    rung with the ids of inboxes whose webhook said that there is something to pull.
    """

    def __init__(
        self,
        *,
        directory: InboxDirectory,
        journal: Journal,
        leases: Leases,
        cursors: CursorStore,
        note: Note,
        news: Bell,
        owner: str,
    ) -> None:
        self._directory = directory
        self._journal = journal
        self._leases = leases
        self._cursors = cursors
        self._note = note
        self._owner = owner
        self._news = news
        self._rung: dict[str, Bell] = {}
        self._wanted: dict[int, dict[InboxId, Inbox]] = {}
        self._unusable: dict[InboxId, int] = {}
        self._groups: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """For ever; ends by cancellation, which ends every runner."""
        try:
            await together(self._follow_always(), self._hear())
        finally:
            await cancelled(self._groups.values())

    async def _follow_always(self) -> None:
        while True:
            await self._follow()
            await asyncio.sleep(LOOK_FOR_INBOXES_S)

    async def _hear(self) -> None:
        while True:
            for rings in await self._news.heard(IDLE_S):
                for ring in rings.split(","):
                    inbox_id, _, cursor = ring.partition("=")
                    if inbox_id in self._rung:
                        self._rung[inbox_id].ring(unquote(cursor))

    async def _follow(self) -> None:
        """A lease is asked for only while its group has members."""
        try:
            inboxes = await self._directory.active()
        except Exception:
            log.warning("inboxes are not known now", exc_info=True)
            return
        wanted: dict[int, dict[InboxId, Inbox]] = defaultdict(dict)
        for inbox in inboxes:
            if self._must_be_asked(inbox):
                wanted[partition_of(inbox.id)][inbox.id] = inbox
        self._wanted = dict(wanted)
        for group in self._groups.keys() - wanted.keys():
            await cancelled([self._groups.pop(group)])
        for group in wanted.keys() - self._groups.keys():
            self._groups[group] = asyncio.create_task(
                while_leased(
                    self._leases, f"sources:{group}", self._owner, partial(self._ask_group, group)
                )
            )

    async def _ask_group(self, group: int) -> None:
        """One runner for each member, begun anew when its settings change."""
        running: dict[InboxId, tuple[int, asyncio.Task[None]]] = {}
        try:
            while True:
                wanted = self._wanted.get(group, {})
                gone = [
                    id
                    for id, (version, _) in running.items()
                    if id not in wanted or wanted[id].version != version
                ]
                await cancelled([running.pop(id)[1] for id in gone])
                for id in wanted.keys() - running.keys():
                    work = asyncio.create_task(self._ask(wanted[id]), name=f"source {id}")
                    running[id] = (wanted[id].version, work)
                await asyncio.sleep(LOOK_FOR_CHANGES_S)
        finally:
            await cancelled([task for _, task in running.values()])

    def _must_be_asked(self, inbox: Inbox) -> bool:
        connector = self._connector(inbox)
        if isinstance(connector, MayPull) and not connector.pulls:
            return False
        return isinstance(connector, Puller | Streamer)

    def _connector(self, inbox: Inbox) -> Connector | None:
        try:
            return self._directory.connect(inbox)
        except (ConnectorError, LineUnknown):
            if self._unusable.get(inbox.id) != inbox.version:
                self._unusable[inbox.id] = inbox.version  # said once, not every few seconds
                log.exception("an inbox cannot be used", extra={"inbox_id": inbox.id})
            return None

    async def _ask(self, inbox: Inbox) -> None:
        connector = self._connector(inbox)
        if isinstance(connector, Puller):
            puller, rung = connector, self._rung.setdefault(inbox.id, Bell())
            loop = PullLoop(
                inbox=inbox,
                puller=puller,
                journal=self._journal,
                cursors=self._cursors,
                note=self._note,
                mailbox=self._directory.manifest(inbox.channel).family == "mailto",
            )
            await loop.run(lambda: _until_news(puller, rung))
        elif isinstance(connector, Streamer):
            await self._stream(inbox, connector)

    async def _stream(self, inbox: Inbox, streamer: Streamer) -> None:
        backoff = Backoff(first_s=1.0, longest_s=120.0)

        async def sink(body: bytes) -> None:
            item = Pulled(body=body, cursor="")
            await self._journal.append(record(inbox, "stream", item, utc_now()))
            backoff.reset()

        while True:
            try:
                await streamer.run(sink)
            except Exception as error:
                WORKER_RUNS.labels("stream", "failed").inc()
                log.warning(
                    "a stream broke",
                    extra={"inbox_id": inbox.id, "cause": type(error).__name__},
                )
            await backoff.wait()


def said(rung: Mapping[InboxId, str]) -> list[str]:
    """Inboxes and what their doorbells said, as names that travel on the bell."""
    return [f"{inbox_id}={quote(cursor, safe='')}" for inbox_id, cursor in rung.items()]


async def _until_news(puller: Puller, rung: Bell) -> None:
    """A channel that is told by its webhook waits for the bell; a lost bell costs a minute."""
    if not isinstance(puller, WebhookReceiver):
        await puller.wait(IDLE_S)
        return
    cursors = [cursor for cursor in await rung.heard(IDLE_S) if cursor]
    if cursors and isinstance(puller, Rung):
        puller.rung(cursors[-1])
