"""Who sent the mails of a batch: asked of the DNS before they are read, and not waited for long.

Whoever writes a mail decides how slowly the DNS answers. A mail whose check takes longer stays
pending in the journal while others go on; its partition's bell rings when the answer is there.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from connectors.events import SenderTrust
from storage.journal import JournalRecord
from storage.record import JournalId
from ticketing import metrics
from ticketing.ingest.model import Line

log = logging.getLogger(__name__)

GRACE_S = 0.1
CHECKS_MOST = 300  # under way at once; whoever comes then is not checked
FORGOTTEN_AFTER_S = 120.0
MAIL_TRANSPORTS = frozenset({"smtp", "imap"})

Prove = Callable[[JournalRecord, Line], Awaitable[SenderTrust]]
Ring = Callable[[int], None]


class Item(NamedTuple):
    """A record that may be read now."""

    record: JournalRecord
    line: Line
    trust: SenderTrust | None


class Held(NamedTuple):
    """What of a partition waits for an answer."""

    records: int
    size: int


@dataclass(slots=True)
class _Check:
    task: asyncio.Task[SenderTrust]
    partition: int
    size: int
    began: float
    held: bool = False


class Senders:
    """One for each owner of partitions; needs a running loop when asked."""

    def __init__(self, prove: Prove, ring: Ring) -> None:
        self._prove = prove
        self._ring = ring
        self._checks: dict[JournalId, _Check] = {}

    def held(self, partition: int) -> Held:
        """Records that the journal shows again before their time: room must be left for them."""
        waiting = [one for one in self._checks.values() if one.held and one.partition == partition]
        return Held(len(waiting), sum(one.size for one in waiting))

    async def ready(self, pairs: Sequence[tuple[JournalRecord, Line]]) -> list[Item]:
        """All of ``pairs`` but those whose sender is not known yet; in their order."""
        fresh = [task for record, line in pairs if (task := self._begin(record, line))]
        if fresh:
            await asyncio.wait(fresh, timeout=GRACE_S)
        return [item for record, line in pairs if (item := self._item(record, line))]

    def _begin(self, record: JournalRecord, line: Line) -> asyncio.Task[SenderTrust] | None:
        """The check of a record that is seen for the first time."""
        if record.transport not in MAIL_TRANSPORTS or record.id in self._checks:
            return None
        self._forget()
        if len(self._checks) >= CHECKS_MOST:
            metrics.SENDERS_UNCHECKED.inc()
            return None
        task = asyncio.create_task(self._proven(record, line))
        began = time.monotonic()
        self._checks[record.id] = _Check(task, record.partition, len(record.body), began)
        return task

    def _item(self, record: JournalRecord, line: Line) -> Item | None:
        """None: not yet."""
        if record.transport not in MAIL_TRANSPORTS:
            return Item(record, line, None)
        check = self._checks.get(record.id)
        if check is None:
            return Item(record, line, _too_many())
        if check.task.done():
            del self._checks[record.id]
            return Item(record, line, check.task.result())
        if not check.held:
            check.held = True
            partition = check.partition
            check.task.add_done_callback(lambda _: self._ring(partition))
        return None

    async def _proven(self, record: JournalRecord, line: Line) -> SenderTrust:
        """A fault of ours keeps no mail back."""
        try:
            return await self._prove(record, line)
        except Exception:
            log.exception("a mail's sender was not checked", extra={"journal_id": record.id})
            return SenderTrust(verdict="temperror", source="computed", reason="the check failed")

    def _forget(self) -> None:
        """Answers that nobody came for: another process has taken the partition over."""
        old = time.monotonic() - FORGOTTEN_AFTER_S
        for id in [id for id, one in self._checks.items() if one.began < old and one.task.done()]:
            del self._checks[id]


def _too_many() -> SenderTrust:
    return SenderTrust(
        verdict="temperror", source="computed", reason="too many checks were under way"
    )
