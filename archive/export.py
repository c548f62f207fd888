"""Writes an archive: a bounded page of messages at a time, then everything they refer to.

What a message refers to is noted in a file, never in memory. An original or an attachment that is
no longer kept becomes a line of ``gaps.jsonl``, with the reason: a hole in an archive is told.
"""

import hashlib
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import msgspec

from archive.chain import SectionWriter
from archive.errors import RangeInvalid
from archive.ledger import Ledger
from archive.model import (
    FORMAT,
    MANIFEST,
    SECTIONS,
    Exported,
    Manifest,
    Progress,
    Scope,
    SectionName,
    StoredFile,
)
from archive.references import references
from archive.sight import Sight
from archive.sink import DirectorySink, Sink, TarSink, whole
from archive.store import ArchiveStore, Document
from storage.blobs import Blobs
from storage.errors import BlobMissing, SealBroken
from storage.journal import Journal, JournalId, JournalRecord
from storage.mongo import Mongo
from ticketing.errors import Forbidden
from ticketing.permissions import Viewer, allowed

Report = Callable[[Progress], None]
_REFERRED: tuple[tuple[SectionName, str], ...] = (
    ("tickets", "ticket"),
    ("conversations", "conversation"),
    ("contacts", "contact"),
)
_HISTORY = "history"  # noted: of which tickets the events are written


async def export(
    mongo: Mongo,
    blobs: Blobs,
    journal: Journal,
    out: Path | IO[bytes],
    scope: Scope,
    *,
    tool: str,
    now: datetime,
    viewer: Viewer | None = None,
    report: Report = lambda progress: None,
) -> Exported:
    """Write the archive of ``scope`` to a new directory, a new ``.tar`` file or an open stream;
    with a ``viewer`` only what they may see of it.

    Raises OutputExists, RangeInvalid, Forbidden. A directory or file that did not come to its end
    keeps the name ``<out>.partial``.
    """
    if scope.until <= scope.since:
        raise RangeInvalid(f"{scope.until.isoformat()} is not after {scope.since.isoformat()}")
    if viewer is not None and not allowed(viewer, "export"):
        raise Forbidden("export")
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="parley-archive-")))
        sink = _sink(out, now, stack)
        stack.callback(sink.abandon)
        store = ArchiveStore(mongo)
        sight = Sight(store, scope, viewer)
        exporter = _Exporter(store, blobs, journal, sink, folder, scope, sight, report)
        stack.callback(exporter.close)
        await exporter.write()
        return await exporter.finish(tool, now)


def _sink(out: Path | IO[bytes], now: datetime, stack: AsyncExitStack) -> Sink:
    if not isinstance(out, Path):
        return TarSink(out, now)
    if out.suffix != ".tar":
        return DirectorySink(out)
    return TarSink.at(out, now, stack)


class _Exporter:
    """The state of one export: open sections, what was noted, what was counted."""

    def __init__(  # noqa: PLR0917  made in one place, above
        self,
        store: ArchiveStore,
        blobs: Blobs,
        journal: Journal,
        sink: Sink,
        folder: Path,
        scope: Scope,
        sight: Sight,
        report: Report,
    ) -> None:
        self._store = store
        self._sight = sight
        self._blobs = blobs
        self._journal = journal
        self._sink = sink
        self._scope = scope
        self._report = report
        self._ledger = Ledger(folder / "noted.db")
        self._sections = {name: SectionWriter(folder / f"{name}.jsonl") for name in SECTIONS}
        self._progress = Progress(messages=0, originals=0, attachments=0, reached=scope.since)

    async def write(self) -> None:
        """Messages with their originals and attachments, then tickets, people and events."""
        async for page in self._store.messages(self._scope.since, self._scope.until):
            for message in await self._sight.messages(page):
                await self._write_message(message)
            self._told(reached=page[-1]["received_at"])
        for section, kind in _REFERRED:
            for ids in self._ledger.pages(kind):
                await self._write_referred(section, kind, ids)
        for ids in self._ledger.pages(_HISTORY):
            for ticket_id in ids:
                await self._write_events(ticket_id)

    async def finish(self, tool: str, now: datetime) -> Exported:
        """Sections, then the manifest that holds their sums."""
        sections = tuple(writer.close() for writer in self._sections.values())
        for writer in self._sections.values():
            await self._sink.adopt(writer.path.name, writer.path)
        manifest = Manifest(
            format=FORMAT, tool=tool, created_at=now, scope=self._scope, sections=sections
        )
        raw = msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"
        await self._sink.put(MANIFEST, whole(raw))
        await self._sink.finish()
        return Exported(manifest=manifest, manifest_sha256=hashlib.sha256(raw).hexdigest())

    def close(self) -> None:
        """Nothing of the work folder is kept."""
        self._ledger.close()
        for writer in self._sections.values():
            writer.abandon()

    async def _write_message(self, document: Document) -> None:
        message = _record(document)
        self._sections["messages"].write(message)
        self._told(messages=1)
        for kind, id in references("messages", message):
            if self._ledger.note(kind, id):
                await self._write_file(kind, id, message)

    async def _write_file(self, kind: str, id: str, message: Document) -> None:
        if kind == "original":
            await self._write_original(id, message)
        elif kind == "attachment":
            await self._write_attachment(id, message)

    async def _write_original(self, id: str, message: Document) -> None:
        """The request or mail as it came in, byte for byte, and what surrounded it."""
        try:
            record = await self._journal.get(JournalId(id))
        except (SealBroken, BlobMissing) as error:
            return self._gap("original", id, message, str(error))
        if record is None:
            return self._gap("original", id, message, "the original is no longer kept")
        stored = await self._sink.put(_place("originals", id), whole(record.body))
        self._sections["originals"].write(_original(record, stored))
        return self._told(originals=1)

    async def _write_attachment(self, sha256: str, message: Document) -> None:
        """Its name is its sum; bytes that no longer have it are written, and told as a gap."""
        content = self._blobs.open(sha256)
        try:
            first = await anext(content, b"")
        except BlobMissing as error:
            return self._gap("attachment", sha256, message, str(error))
        stored = await self._sink.put(_place("attachments", sha256), _after(first, content))
        self._sections["attachments"].write(msgspec.to_builtins(stored))
        if stored.sha256 != sha256:
            self._gap("attachment", sha256, message, "the stored bytes no longer have this sum")
        return self._told(attachments=1)

    async def _write_referred(self, section: SectionName, kind: str, ids: list[str]) -> None:
        found = {str(one["_id"]): one for one in await self._store.by_ids(section, ids)}
        for id in ids:
            if id not in found:
                self._gap(kind, id, {}, f"no {kind} of this id is stored")
                if kind == "ticket" and self._sight.whole:
                    self._ledger.note(_HISTORY, id)
                continue
            whole_record = _record(found[id])
            record = self._sight.ticket(whole_record) if section == "tickets" else whole_record
            if record is None:
                self._gap(kind, id, {}, "part of it is hidden from who exported")
                continue
            self._sections[section].write(record)
            if kind == "ticket":
                self._ledger.note(_HISTORY, id)
            for other_kind, other in references(section, record):
                self._ledger.note(other_kind, other)

    async def _write_events(self, ticket_id: str) -> None:
        async for event in self._store.events(ticket_id, self._scope.since, self._scope.until):
            shown = self._sight.event(event)
            if shown is not None:
                self._sections["events"].write(_record(shown))

    def _gap(self, kind: str, id: str, message: Document, reason: str) -> None:
        self._sections["gaps"].write(
            {"kind": kind, "id": id, "message_id": message.get("id"), "reason": reason}
        )

    def _told(
        self,
        *,
        messages: int = 0,
        originals: int = 0,
        attachments: int = 0,
        reached: datetime | None = None,
    ) -> None:
        """Count; tell whoever waits at the end of each page."""
        before = self._progress
        self._progress = Progress(
            messages=before.messages + messages,
            originals=before.originals + originals,
            attachments=before.attachments + attachments,
            reached=reached or before.reached,
        )
        if reached is not None:
            self._report(self._progress)


def _record(document: Document) -> Mapping[str, Any]:
    """A document under its own name for its key."""
    return {"id": document["_id"]} | {k: v for k, v in document.items() if k != "_id"}


def _original(record: JournalRecord, stored: StoredFile) -> Mapping[str, Any]:
    return {
        **msgspec.to_builtins(stored),
        "id": record.id,
        "inbox_id": record.inbox_id,
        "channel": record.channel,
        "transport": record.transport,
        "received_at": record.received_at,
        "request_id": record.request_id,
        "method": record.method,
        "url": record.url,
        "headers": record.headers,
        "query": record.query,
    }


def _place(folder: str, id: str) -> str:
    """Two hundred and more folders rather than one that no tool can list."""
    return f"{folder}/{id[-2:]}/{id}"


async def _after(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in rest:
        yield chunk
