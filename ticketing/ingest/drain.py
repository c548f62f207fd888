"""One partition's pending records into tickets: batches, each one transaction, halved when bad."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence

from connectors.contract import InboxId
from connectors.events import ReceiptReported, TypingChanged
from normalizer.model import MessageId
from storage.blobs import INLINE_BYTES, Blobs
from storage.counters import Counters
from storage.events import Event, EventLog
from storage.ids import utc_now
from storage.journal import Journal, JournalRecord
from storage.mongo import Session
from storage.writes import Writes
from ticketing import metrics
from ticketing.catalogue.reading import Present, built_in
from ticketing.delivery import ReceiptSink, bounce_receipts
from ticketing.ingest.book import NOBODYS, Book
from ticketing.ingest.evidence import bounced_message_of
from ticketing.ingest.membership import apply_membership
from ticketing.ingest.model import Line, Unit
from ticketing.ingest.numbers import NumberPool
from ticketing.ingest.plan import apply_change, enter
from ticketing.ingest.read import IN_THREAD, read_record
from ticketing.ingest.senders import Item, Senders
from ticketing.ingest.store import IngestStore
from ticketing.people.model import OrganisationId
from ticketing.reply_tokens import ReplyTokens
from ticketing.store import Collections, is_outage, settle

BATCH = 200
BATCH_BYTES = 4_000_000
MAX_PASSES = 50
READ_S = 60.0  # the largest mail takes a few seconds on a busy machine

Lines = Callable[[InboxId], Awaitable[Line | None]]
Offer = Callable[[Sequence[Event]], None]
Organisations = Callable[[], Awaitable[Mapping[str, OrganisationId]]]
Pull = Callable[[Mapping[InboxId, str]], Awaitable[None]]
Typing = Callable[[InboxId, TypingChanged], None]
_log = logging.getLogger(__name__)


async def nobodys() -> Mapping[str, OrganisationId]:
    """No mail domain is an organisation's."""
    return NOBODYS


def unseen(_inbox_id: InboxId, _event: TypingChanged) -> None:
    """Nobody is told who types."""


class Ingest:
    """``drain`` is what a doorbell calls; one leased owner per partition keeps order and speed.

    ``offer`` hears the events of every commit at once (the relay); what it misses, the relay's
    sweeper finds. ``pull`` is rung for inboxes whose webhook said that there is something to pull.
    ``organisations`` are by mail domain. ``typing`` hears who types, which is stored nowhere.
    Correctness comes from derived ids and unique keys, never from the lease.
    """

    def __init__(
        self,
        *,
        collections: Collections,
        journal: Journal,
        lines: Lines,
        blobs: Blobs,
        events: EventLog,
        counters: Counters,
        reply_tokens: ReplyTokens,
        receipts: ReceiptSink,
        offer: Offer,
        pull: Pull,
        senders: Senders,
        organisations: Organisations = nobodys,
        catalogue: Present = built_in,
        typing: Typing = unseen,
    ) -> None:
        self._mongo = collections.mongo
        self._journal = journal
        self._lines = lines
        self._blobs = blobs
        self._events = events
        self._numbers = NumberPool(counters)
        self._reply_tokens = reply_tokens
        self._receipts = receipts
        self._offer = offer
        self._pull = pull
        self._senders = senders
        self._organisations = organisations
        self._catalogue = catalogue
        self._typing = typing
        self.store = IngestStore(collections, reply_tokens)

    async def drain(self, partition: int) -> int:
        """How many records were taken; full batches are followed by another at once."""
        taken = 0
        for _ in range(MAX_PASSES):
            held = self._senders.held(partition)
            records = await self._journal.pending(
                partition, BATCH + held.records, BATCH_BYTES + held.size
            )
            ready = await self._take(records) if records else 0
            taken += ready
            if not ready or (
                len(records) < BATCH and sum(len(r.body) for r in records) < BATCH_BYTES // 2
            ):
                break
        return taken

    async def _take(self, records: Sequence[JournalRecord]) -> int:
        """How many were taken: not those whose sender is still being looked up."""
        started = time.perf_counter()
        pairs = await self._with_lines(records)
        items = await self._senders.ready(pairs)
        units = await self._read(items)
        await self._keep_large(units)
        await self._commit(units)
        if units:
            metrics.BATCH_SECONDS.observe(time.perf_counter() - started)
        return len(records) - len(pairs) + len(items)

    async def _with_lines(
        self, records: Sequence[JournalRecord]
    ) -> list[tuple[JournalRecord, Line]]:
        pairs: list[tuple[JournalRecord, Line]] = []
        for record in records:
            line = await self._lines(InboxId(record.inbox_id))
            if line is None:
                await self._journal.quarantine(None, record.id, "its inbox is not configured")
            else:
                pairs.append((record, line))
        return pairs

    async def _read(self, items: Sequence[Item]) -> list[Unit]:
        if sum(len(item.record.body) for item in items) < IN_THREAD:
            return _read_all(items)
        return await self._read_in_time(items)

    async def _read_in_time(self, items: Sequence[Item]) -> list[Unit]:
        """In a thread; what never ends is found alone and put aside: it would stop a partition.

        The thread itself cannot be stopped: each such record costs one until it ends.
        """
        try:
            return await asyncio.wait_for(asyncio.to_thread(_read_all, items), READ_S)
        except TimeoutError:
            if len(items) > 1:
                return [unit for item in items for unit in await self._read_in_time([item])]
        record = items[0].record
        _log.error("reading a journal record takes too long", extra={"journal_id": record.id})
        await self._journal.quarantine(None, record.id, f"reading took longer than {READ_S:g} s")
        return []

    async def _keep_large(self, units: Sequence[Unit]) -> None:
        """Large attachments are on disk before anything refers to them; small ones are written
        with what refers to them.
        """
        for content in _contents(units).values():
            if len(content) > INLINE_BYTES:
                await self._blobs.put(content)

    async def _commit(self, units: Sequence[Unit]) -> None:
        """All in one transaction; when it fails by its content, each half alone."""
        if not units:
            return
        numbers = await self._numbers.take(sum(len(unit.drafts) for unit in units))
        try:
            organisations, catalogue = await self._organisations(), await self._catalogue()
            book = await settle(
                self._mongo,
                lambda s: self._write(s, units, Book(numbers, organisations, catalogue)),
            )
        except Exception as error:
            if is_outage(error):
                raise
            self._numbers.give_back(numbers)
            await self._halve(units, error)
            return
        self._numbers.give_back(numbers[book.numbers_used :])
        self._offer((*book.events, *book.told))
        if rung := {unit.line.inbox.id: unit.rung for unit in units if unit.rung is not None}:
            await self._pull(rung)
        for unit in units:
            for event in unit.typings:
                self._typing(unit.line.inbox.id, event)
        _count(units, book)

    async def _halve(self, units: Sequence[Unit], error: Exception) -> None:
        metrics.BATCHES.labels("halved").inc()
        if len(units) > 1:
            middle = len(units) // 2
            await self._commit(units[:middle])
            await self._commit(units[middle:])
            return
        record = units[0].record
        _log.warning(
            "a journal record could not be stored",
            extra={"journal_id": record.id, "error": type(error).__name__},
        )
        await self._journal.fail([record.id], f"{type(error).__name__} while storing")

    async def _write(self, session: Session, units: Sequence[Unit], book: Book) -> Book:
        """The transaction's callback: may run several times, so everything in it is derived."""
        told = await self._report(session, units)
        await self._move(session, units)
        echoed = await self._match_echoes(session, units)
        book.told.extend(told)
        book.known.update(echoed)
        await self.store.prefetch(session, units, book)
        for unit in units:
            for draft in unit.drafts:
                enter(draft, unit.line.inbox, book, self._reply_tokens)
            for change in unit.changes:
                apply_change(change, unit.line.inbox, unit.record.received_at, book)
            for event in unit.memberships:
                apply_membership(event, unit.line.inbox, book)
        await self._store(session, units, book)
        return book

    async def _report(self, session: Session, units: Sequence[Unit]) -> Sequence[Event]:
        """Receipts and bounces first: they change records that the book then reads."""
        told: list[Event] = []
        reports: dict[InboxId, list[ReceiptReported]] = {}
        for unit in units:
            reports.setdefault(unit.line.inbox.id, []).extend(
                (*unit.receipts, *self._bounces(unit))
            )
        for inbox_id, receipts in reports.items():
            if receipts:
                told += await self._receipts.apply(session, inbox_id, receipts, utc_now())
        return told

    async def _move(self, session: Session, units: Sequence[Unit]) -> None:
        """Threads that go on under another key, before the book is read."""
        for unit in units:
            for move in unit.moves:
                await self.store.move_thread(session, unit.line.inbox.id, move)

    def _bounces(self, unit: Unit) -> Iterator[ReceiptReported]:
        """Bounces as receipts of the message that they speak of, if our signature is in them: else
        anybody could fail any delivery.
        """
        for draft in unit.drafts:
            native_id = bounced_message_of(draft, self._reply_tokens) if draft.bounce else None
            if draft.bounce and native_id:
                yield from bounce_receipts(draft.bounce, native_id, draft.occurred_at)

    async def _match_echoes(self, session: Session, units: Sequence[Unit]) -> set[MessageId]:
        """Ids of echoes that repeat what we sent ourselves: nothing new is stored for them."""
        echoes = [draft for unit in units for draft in unit.drafts if draft.echo]
        if not echoes:
            return set()
        places = await self.store.echo_places(session, echoes)
        matched: set[MessageId] = set()
        for id, (draft, conversation_id) in places.items():
            own = await self._receipts.match_echo(
                session,
                inbox_id=draft.inbox_id,
                # by its words alone it is known only where nothing says that it is forged
                conversation_id=None if draft.doubted else conversation_id,
                native_id=draft.native_id,
                ours=self._reply_tokens.sent_message(draft.inbox_id, draft.native_id),
                text=draft.text,
                now=utc_now(),
            )
            if own is not None:
                matched.add(id)
        return matched

    async def _store(self, session: Session, units: Sequence[Unit], book: Book) -> None:
        used = {item.sha256 for m in book.inserted.values() for item in m.files if item.sha256}
        small = {
            digest: content
            for digest, content in _contents(units).items()
            if digest in used and len(content) <= INLINE_BYTES
        }
        await self._blobs.touch(session, sorted(used - small.keys()))
        writes = Writes(self._mongo, session)
        self._blobs.keep(writes, small)
        self.store.write(writes, book)
        self._events.add(writes, book.events)
        self._journal.mark_done(writes, [unit.record.id for unit in units if not unit.bad])
        await writes.send()
        for unit in units:
            if unit.bad:
                await self._journal.quarantine(session, unit.record.id, unit.bad)


def _contents(units: Sequence[Unit]) -> dict[str, bytes]:
    """The files that came with these, by SHA-256."""
    return {digest: content for u in units for d in u.drafts for digest, content in d.contents}


def _read_all(items: Sequence[Item]) -> list[Unit]:
    return [read_record(*item) for item in items]


def _count(units: Sequence[Unit], book: Book) -> None:
    metrics.BATCHES.labels("committed").inc()
    now = utc_now()
    for unit in units:
        channel = unit.record.channel
        outcome = "quarantined" if unit.bad else "stored"
        metrics.INGESTED.labels(channel, outcome).inc()
        metrics.LAG_SECONDS.observe(max(0.0, (now - unit.record.received_at).total_seconds()))
    if book.duplicates:
        metrics.INGESTED.labels(units[0].record.channel, "duplicate").inc(book.duplicates)
