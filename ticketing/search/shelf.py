"""The index of words on disk (tantivy), derived from the database: one folder a host.

::

    lock                who holds it writes; it goes with its process
    current             the generation that is read, and the version of its form
    <generation>/       an index; what the database said up to its cursor, which lies in it

Nothing here blocks an event loop: the methods are called in threads. Text never reaches the
library's query parser: queries are built of terms.
"""

import asyncio
import contextlib
import errno
import fcntl
import logging
import os
import shutil
import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import tantivy

from connectors.contract import InboxId
from normalizer.model import MessageId, TicketId
from storage.ids import new_id
from ticketing import metrics
from ticketing.search.words import Candidate, Entry, Proposed, WordRequest

FORM = "2"  # of fields and tokens: another one is built anew
HEAP = 15_000_000  # bytes, the least that the library takes
_CURSOR = "#cursor"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLI = timedelta(milliseconds=1)
_log = logging.getLogger(__name__)


class Cursor(msgspec.Struct, frozen=True, kw_only=True):
    """The feed is indexed up to ``fed``; messages received before ``built`` are still missing,
    None: none are. ``home`` names the database.
    """

    fed: datetime
    built: datetime | None
    home: str = ""


class State(msgspec.Struct, frozen=True, kw_only=True):
    """How an index stands."""

    documents: int
    cursor: Cursor


class Broken(Exception):
    """The index on disk cannot be read: it is built anew."""


class Shelf:
    """The folder, as any process of the host reads it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._guard = threading.Lock()
        self._name = ""
        self._stamp: tuple[int, int] = (0, 0)
        self._index: tantivy.Index | None = None

    def propose(self, request: WordRequest) -> Proposed:
        """Nothing, and not complete, where there is no index yet."""
        name = self.current
        try:
            with _caught():
                return _proposed(self._opened(name), request) if name else _NOTHING
        except FileNotFoundError:  # begun anew at this very moment
            return _NOTHING
        except _FAILURES:
            _log.exception("the index of words cannot be read", extra={"generation": name})
            metrics.SEARCH_BROKEN.inc()
            self.distrust(name)
            return _NOTHING

    def state(self) -> State | None:
        """None where there is none that can be read."""
        name = self.current
        try:
            with _caught():
                return _state(self._opened(name)) if name else None
        except _FAILURES:
            return None

    @property
    def current(self) -> str:
        """The name of the generation that is read; "" for none, or one of another form."""
        with contextlib.suppress(FileNotFoundError):
            form, _, name = (self.folder / "current").read_text().strip().partition(" ")
            return name if form == FORM else ""
        return ""

    def distrusted(self, name: str) -> bool:
        """Whether a reader found it broken."""
        return (self.folder / name / "broken").exists()

    def distrust(self, name: str) -> None:
        """Whoever writes begins anew, where this generation is still the one that is read."""
        with contextlib.suppress(OSError):
            if name:
                (self.folder / name / "broken").touch()

    def _opened(self, name: str) -> tantivy.Index:
        """As of its last commit, by any process."""
        with self._guard:
            found = os.stat(self.folder / name / "meta.json")
            stamp = (found.st_mtime_ns, found.st_ino)
            if name != self._name or self._index is None:
                self._index = tantivy.Index.open(str(self.folder / name))
                self._index.config_reader("manual")
                self._name, self._stamp = name, (0, 0)
            if stamp != self._stamp:
                self._index.reload()
                self._stamp = stamp
            return self._index


class ShelvedWords:
    """The shelf as searches ask it."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def propose(self, request: WordRequest) -> Proposed:
        """In a thread: a frequent word takes milliseconds."""
        return await asyncio.to_thread(self._shelf.propose, request)


class Writing:
    """The one that writes, while its process is ``holding`` the lock."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self.name = ""
        self._writer: tantivy.IndexWriter | None = None

    def open(self, now: datetime, oldest: datetime, home: str = "") -> Cursor:
        """Where to go on: from the beginning where there is no index, or one that is broken, or
        older than the feed reaches back (``oldest``), or of another database.
        """
        self.name = self._shelf.current
        if self.name and not self._shelf.distrusted(self.name):
            try:
                with _caught():
                    index = tantivy.Index.open(str(self._shelf.folder / self.name))
                    cursor = _state(index).cursor
            except _FAILURES:
                _log.warning("the index of words is built anew", exc_info=True)
                return self._begun(now, home)
            if cursor.fed >= oldest and cursor.home == home:
                with _told():
                    self._writer = index.writer(HEAP, 1)
                return cursor
        return self._begun(now, home)

    def put(self, gone: Iterable[MessageId], entries: Iterable[Entry]) -> None:
        """Instead of what was known of them; seen by readers after ``commit``."""
        made = [(entry.id, _document(entry)) for entry in entries]
        with _told():
            for id in gone:
                self._open.delete_documents_by_term("id", id)
            for id, document in made:
                self._open.delete_documents_by_term("id", id)
                self._open.add_document(document)

    def commit(self, cursor: Cursor) -> None:
        """Content and cursor at once, on disk."""
        kept = tantivy.Document()
        kept.add_text("id", _CURSOR)
        kept.add_text("ticket", msgspec.json.encode(cursor).decode())
        with _told():
            writer = self._open
            writer.delete_documents_by_term("id", _CURSOR)
            writer.add_document(kept)
            writer.commit()

    def close(self) -> None:
        """What was not committed is indexed again next time."""
        self._writer = None

    @property
    def _open(self) -> tantivy.IndexWriter:
        if self._writer is None:
            raise Broken("it is not open")
        return self._writer

    def _begun(self, now: datetime, home: str) -> Cursor:
        """A generation with nothing in it, which is read from now on."""
        folder = self._shelf.folder
        name = f"g-{new_id(now)}"
        (folder / name).mkdir()
        with _told():
            self._writer = tantivy.Index(_SCHEMA, path=str(folder / name)).writer(HEAP, 1)
        self.name = name
        cursor = Cursor(fed=now, built=now + timedelta(days=1), home=home)
        self.commit(cursor)
        (folder / "next").write_text(f"{FORM} {name}\n")
        os.replace(folder / "next", folder / "current")
        for other in folder.glob("g-*"):
            if other.name != name:
                shutil.rmtree(other, ignore_errors=True)
        metrics.SEARCH_BUILDS.inc()
        return cursor


@contextlib.contextmanager
def holding(folder: Path) -> Iterator[bool]:
    """Whether the lock is ours until the end; the kernel takes it from a process that dies."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in ("id", "ticket", "inbox"):
        builder.add_text_field(name, stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("words", tokenizer_name="whitespace", index_option="basic")
    builder.add_integer_field("at", stored=True, fast=True)
    return builder.build()


_SCHEMA = _schema()
_NOTHING = Proposed(candidates=[], complete=False)
_FAILURES = (OSError, ValueError, RuntimeError, Broken, msgspec.MsgspecError)
_ENDS = (asyncio.CancelledError, KeyboardInterrupt, SystemExit, GeneratorExit)
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE)  # no fault of the index


@contextlib.contextmanager
def _caught() -> Iterator[None]:
    """On some damage the library panics, which is no Exception: it would end the process."""
    try:
        yield
    except (Exception, *_ENDS):
        raise
    except BaseException as panic:
        raise Broken(f"the library panicked: {panic}") from panic


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """What fails in the library is Broken, unless the disk is full or files run out."""
    try:
        with _caught():
            yield
    except _FAILURES as error:
        # the library tells an OSError of its own as a ValueError with these words
        if isinstance(error, Broken) or any(
            getattr(error, "errno", None) == one or f"(os error {one})" in str(error)
            for one in _FULL
        ):
            raise
        raise Broken(str(error)) from error


def _document(entry: Entry) -> tantivy.Document:
    made = tantivy.Document()
    made.add_text("id", entry.id)
    made.add_text("ticket", entry.ticket_id)
    made.add_text("inbox", entry.inbox_id)
    made.add_text("words", " ".join(entry.words))
    made.add_integer("at", _millis(entry.received_at))
    return made


def _millis(moment: datetime) -> int:
    return (moment - _EPOCH) // _MILLI


def _proposed(index: tantivy.Index, request: WordRequest) -> Proposed:
    searcher = index.searcher()
    found = searcher.search(
        _query(index.schema, request), request.limit, count=False, order_by_field="at"
    )
    candidates = [_candidate(searcher.doc(address)) for _, address in found.hits]
    return Proposed(candidates=candidates, complete=_state(index).cursor.built is None)


def _query(schema: tantivy.Schema, request: WordRequest) -> tantivy.Query:
    must, never = tantivy.Occur.Must, tantivy.Occur.MustNot
    parts = [(must, _term(schema, "words", word)) for word in request.words]
    for group in request.without:
        together = [(must, _term(schema, "words", word)) for word in sorted(group)]
        parts.append((never, tantivy.Query.boolean_query(together)))
    window = tantivy.Query.range_query(
        schema,
        "at",
        tantivy.FieldType.Integer,
        lower_bound=_millis(request.since),
        upper_bound=_millis(request.until),
        include_upper=False,
    )
    return tantivy.Query.boolean_query([*parts, (must, window)])


def _term(schema: tantivy.Schema, field: str, value: str) -> tantivy.Query:
    return tantivy.Query.term_query(schema, field, value, "basic")


def _candidate(found: tantivy.Document) -> Candidate:
    return Candidate(
        id=MessageId(found.get_first("id") or ""),
        ticket_id=TicketId(found.get_first("ticket") or ""),
        inbox_id=InboxId(found.get_first("inbox") or ""),
        received_at=_EPOCH + (found.get_first("at") or 0) * _MILLI,
    )


def _state(index: tantivy.Index) -> State:
    """Raises Broken where it has no cursor."""
    searcher = index.searcher()
    found = searcher.search(_term(index.schema, "id", _CURSOR), 1, count=False).hits
    if not found:
        raise Broken("it has no cursor")
    kept = searcher.doc(found[0][1]).get_first("ticket") or ""
    cursor = msgspec.json.decode(kept, type=Cursor)
    return State(documents=searcher.num_docs - 1, cursor=cursor)
