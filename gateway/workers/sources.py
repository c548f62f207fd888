"""Inboxes that must be asked: polled mailboxes and long polls, each under its own lease."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import quote, unquote

from connectors.contract import InboxId, Puller, Rung, Streamer, WebhookReceiver
from connectors.errors import ConnectorError
from gateway.backoff import Backoff
from gateway.directory import InboxDirectory
from gateway.metrics import WORKER_RUNS
from gateway.tasks import cancelled, together
from gateway.workers.leased import while_leased
from gateway.workers.loops import Bell
from gateway.workers.store import CursorStore
from storage.ids import utc_now
from storage.journal import Journal, NewRecord
from storage.leases import Leases
from storage.record import Transport
from ticketing.errors import LineUnknown
from ticketing.model import Inbox

log = logging.getLogger(__name__)

LOOK_FOR_INBOXES_S = 5.0
IDLE_S = 60.0


class Sources:
    """Follows the directory: starts a runner for each inbox that needs one, ends those that go.

    ``news`` is rung with the ids of inboxes whose webhook said that there is something to pull.
    """

    def __init__(
        self,
        *,
        directory: InboxDirectory,
        journal: Journal,
        leases: Leases,
        cursors: CursorStore,
        news: Bell,
        owner: str,
    ) -> None:
        self._directory = directory
        self._journal = journal
        self._leases = leases
        self._cursors = cursors
        self._owner = owner
        self._news = news
        self._rung: dict[str, Bell] = {}
        self._running: dict[tuple[str, int], asyncio.Task[None]] = {}

    async def run(self) -> None:
        """For ever; ends by cancellation, which ends every runner."""
        try:
            await together(self._follow_always(), self._hear())
        finally:
            await cancelled(self._running.values())

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
        try:
            inboxes = await self._directory.active()
        except Exception:
            log.warning("inboxes are not known now", exc_info=True)
            return
        wanted = {(one.id, one.version): one for one in inboxes}
        for key in [key for key in self._running if key not in wanted]:
            self._running.pop(key).cancel()
        for key, inbox in wanted.items():
            if key not in self._running:
                work = self._work(inbox)
                if work is not None:
                    self._running[key] = asyncio.create_task(
                        while_leased(self._leases, f"source:{inbox.id}", self._owner, work)
                    )

    def _work(self, inbox: Inbox) -> Callable[[], Awaitable[None]] | None:
        try:
            connector = self._directory.connect(inbox)
        except (ConnectorError, LineUnknown):
            log.exception("an inbox cannot be used", extra={"inbox_id": inbox.id})
            return None
        if isinstance(connector, Puller):
            puller = connector
            return lambda: self._pull(inbox, puller)
        if isinstance(connector, Streamer):
            streamer = connector
            return lambda: self._stream(inbox, streamer)
        return None

    async def _pull(self, inbox: Inbox, puller: Puller) -> None:
        """The cursor moves only after the journal has the item."""
        backoff = Backoff(first_s=1.0, longest_s=300.0)
        rung = self._rung.setdefault(inbox.id, Bell())
        while True:
            try:
                cursor = await self._cursors.load(inbox.id)
                async for item in puller.pull(cursor):
                    await self._keep(inbox, item.body, item.headers, _pull_transport(inbox))
                    await self._cursors.save(inbox.id, item.cursor, utc_now())
                WORKER_RUNS.labels("pull", "worked").inc()
                backoff.reset()
                await _until_news(puller, rung)
            except Exception as error:
                WORKER_RUNS.labels("pull", "failed").inc()
                log.warning(
                    "a mailbox cannot be read",
                    extra={"inbox_id": inbox.id, "cause": type(error).__name__},
                )
                await backoff.wait()

    async def _stream(self, inbox: Inbox, streamer: Streamer) -> None:
        backoff = Backoff(first_s=1.0, longest_s=120.0)

        async def sink(body: bytes) -> None:
            await self._keep(inbox, body, {}, "stream")
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

    async def _keep(
        self, inbox: Inbox, body: bytes, headers: Mapping[str, str], transport: Transport
    ) -> None:
        await self._journal.append(
            NewRecord(
                inbox_id=inbox.id,
                channel=inbox.channel,
                transport=transport,
                request_id=f"{transport}-{secrets.token_hex(6)}",
                received_at=utc_now(),
                headers=headers,
                body=body,
            )
        )


def _pull_transport(inbox: Inbox) -> Transport:
    return "imap" if inbox.channel == "email" else "poll"


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
