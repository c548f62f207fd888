"""Files that came as references: fetched by a job of their own, never lost and never in the way."""

import logging
import random
from collections.abc import Callable
from datetime import timedelta

import msgspec

from connectors.contract import InboxId, MediaPort
from connectors.errors import ConnectorError, FetchFailed
from gateway.directory import InboxDirectory
from gateway.metrics import WORKER_RUNS
from gateway.workers.store import MediaStore
from normalizer.model import File, Message, MessageId
from storage.blobs import Blobs
from storage.doorbell import Doorbell
from storage.errors import StorageError
from storage.ids import utc_now
from ticketing.errors import LineUnknown

log = logging.getLogger(__name__)

JOB = "fetch_media"
GIVE_UP_AFTER = timedelta(hours=6)
AT_ONCE = 200
# Within its first minute a file is asked for after 2, 4, 8 ... seconds, later by the housekeeper.
SOON_S = 60.0
FIRST_PAUSE_S = 2.0
HOUSEKEEPING_S = 60.0


class MediaFetcher:
    """``fetch`` is the job; ``ring_for_pending`` finds what a crash left."""

    def __init__(
        self,
        *,
        store: MediaStore,
        directory: InboxDirectory,
        blobs: Blobs,
        doorbell: Doorbell,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._directory = directory
        self._blobs = blobs
        self._doorbell = doorbell
        self._chance = chance
        self._fetching: set[str] = set()

    async def fetch(self, message_id: str) -> None:
        """Fetch every pending file of a message; those that fail stay pending for a while.

        Events are told at least once, so bells may ring twice: one fetch at a time.
        """
        if message_id in self._fetching:
            return
        self._fetching.add(message_id)
        try:
            await self._fetch(message_id)
        finally:
            self._fetching.discard(message_id)

    async def _fetch(self, message_id: str) -> None:
        message = await self._store.message(MessageId(message_id))
        if message is None or message.erased:
            return
        again = False
        for file in message.files:
            if file.state == "pending":
                changed = await self._fetched(message, file)
                if changed is None:
                    again = True
                else:
                    await self._store.replace_file(message, changed, self._blobs, utc_now())
                    await self._doorbell.enqueue("relay")
        age = utc_now() - message.received_at
        if again and age.total_seconds() < SOON_S:
            pause_s = max(FIRST_PAUSE_S, age.total_seconds())
            await self._doorbell.enqueue(JOB, message_id, defer_by=pause_s)

    async def ring_for_pending(self) -> None:
        """One job for each message whose turn it is."""
        now = utc_now()
        for pending in await self._store.with_pending_files(AT_ONCE):
            if its_turn(now - pending.received_at, self._chance()):
                await self._doorbell.enqueue(JOB, pending.id)

    async def _fetched(self, message: Message, file: File) -> File | None:
        """The file as it is now; None when it is to be tried again."""
        try:
            connector = await self._directory.connector(InboxId(message.inbox_id))
            if not isinstance(connector, MediaPort):
                return _failed(file, "this channel does not fetch files")
            blob = await self._blobs.put(await connector.fetch(file.source))
        except (ConnectorError, LineUnknown, StorageError) as error:
            WORKER_RUNS.labels(JOB, "failed").inc()
            log.warning(
                "a file was not fetched",
                extra={"message_id": message.id, "cause": type(error).__name__},
            )
            late = utc_now() - message.received_at > GIVE_UP_AFTER
            final = isinstance(error, FetchFailed) and not error.retry
            return _failed(file, str(error)) if late or final else None
        return msgspec.structs.replace(
            file, state="stored", sha256=blob.sha256, size=blob.size, source="", reason=""
        )


def its_turn(age: timedelta, chance: float) -> bool:
    """Whether a housekeeper who comes every minute asks for a file again: about every quarter of
    its age, by chance (0 to 1), so that a provider who comes back is not stormed; never in the
    first minute, when the file's own job asks: both at once would fetch twice. Pure.
    """
    if age.total_seconds() < SOON_S:
        return False
    if age > GIVE_UP_AFTER:
        return True
    return chance * age.total_seconds() < 4 * HOUSEKEEPING_S


def _failed(file: File, reason: str) -> File:
    return msgspec.structs.replace(file, state="failed", reason=reason[:300])
