"""Proves an archive whole, or names the first thing that is wrong. Reads it once, in any order.

What was found, listed and referred to goes into a throw-away SQLite file, so that memory stays
flat; the questions at the end are asked there.
"""

import hashlib
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import msgspec

from archive.chain import ChainBroken, SectionReader
from archive.errors import NothingThere
from archive.model import (
    FILES,
    FORMAT,
    MANIFEST,
    SECTIONS,
    Manifest,
    Problem,
    Section,
    StoredFile,
    Verdict,
)
from archive.references import identity, references

CHUNK = 1024 * 1024
Members = Iterator[tuple[str, IO[bytes]]]

_TABLES = """
CREATE TABLE found (path TEXT PRIMARY KEY, size INTEGER, sha256 TEXT) WITHOUT ROWID;
CREATE TABLE listed (path TEXT PRIMARY KEY, size INTEGER, sha256 TEXT) WITHOUT ROWID;
CREATE TABLE present (kind TEXT, id TEXT, PRIMARY KEY (kind, id)) WITHOUT ROWID;
CREATE TABLE wanted (kind TEXT, id TEXT, path TEXT, PRIMARY KEY (kind, id)) WITHOUT ROWID;
"""


class Wrong(Exception):
    """Carries the first problem out of the reading."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def verify(path: Path) -> Verdict:
    """The verdict on a directory or a tar file; NothingThere when it is neither."""
    with tempfile.TemporaryDirectory(prefix="parley-verify-") as folder:
        reading = _Reading(Path(folder) / "facts.db")
        try:
            for name, file in _members(path):
                reading.take(name, file)
            reading.judge()
        except Wrong as wrong:
            return reading.verdict(wrong.problem)
        except (tarfile.TarError, EOFError) as error:
            return reading.verdict(_problem("truncated", path.name, f"the tar ends early: {error}"))
        finally:
            reading.close()
        return reading.verdict(None)


class _Reading:
    """What one pass over the files has told."""

    def __init__(self, facts: Path) -> None:
        self._db = sqlite3.connect(facts, isolation_level=None)
        self._db.executescript(f"PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF; {_TABLES}")
        self._manifest: Manifest | None = None
        self._manifest_sha256 = ""
        self._sections: dict[str, Section] = {}
        self._broken: dict[str, Problem] = {}

    def take(self, name: str, file: IO[bytes]) -> None:
        """One file of the archive."""
        section = name.removesuffix(".jsonl")
        if name == MANIFEST:
            self._take_manifest(file.read())
        elif name.endswith(".jsonl") and section in SECTIONS:
            self._take_section(section, name, file)
        else:
            stored = _sum(name, file)
            self._insert("found", (stored.path, stored.size, stored.sha256))

    def judge(self) -> None:
        """Every question in turn; raises Wrong with the first bad answer."""
        manifest = self._manifest
        if manifest is None:
            raise Wrong(_problem("missing", MANIFEST, "there is no manifest"))
        if manifest.format != FORMAT:
            raise Wrong(_problem("unreadable", MANIFEST, f"format {manifest.format!r} is unknown"))
        told = {section.path: section for section in manifest.sections}
        for name in SECTIONS:
            self._judge_section(f"{name}.jsonl", told.get(f"{name}.jsonl"))
        self._judge_files()
        self._judge_references()

    def verdict(self, problem: Problem | None) -> Verdict:
        """The answer, with what was counted so far."""
        counts = {name: section.records for name, section in self._sections.items()}
        return Verdict(
            ok=problem is None,
            problem=problem,
            manifest_sha256=self._manifest_sha256,
            counts=counts,
            gaps=counts.get("gaps", 0),
        )

    def close(self) -> None:
        """Nothing of it is kept."""
        self._db.close()

    def _take_manifest(self, raw: bytes) -> None:
        self._manifest_sha256 = hashlib.sha256(raw).hexdigest()
        try:
            self._manifest = msgspec.json.decode(raw, type=Manifest)
        except msgspec.DecodeError as error:
            raise Wrong(_problem("unreadable", MANIFEST, str(error))) from error

    def _take_section(self, section: str, name: str, file: IO[bytes]) -> None:
        reader = SectionReader(name)
        self._db.execute("BEGIN")
        try:
            for record in reader.records(file):
                self._take_record(section, name, record)
        except ChainBroken as broken:
            self._broken[name] = _problem(
                "truncated" if broken.cut_off else "changed", name, str(broken)
            )
        except (KeyError, TypeError, AttributeError, msgspec.ValidationError) as error:
            self._broken[name] = _problem("unreadable", name, f"a record has no {error}")
        finally:
            self._db.execute("COMMIT")
        self._sections[section] = reader.section

    def _take_record(self, section: str, name: str, record: Mapping[str, Any]) -> None:
        if section in FILES:
            listed = msgspec.convert(record, StoredFile)
            self._insert("listed", (listed.path, listed.size, listed.sha256))
        kind, id = identity(section, record)
        if not self._insert("present", (kind, id)):
            raise Wrong(_problem("extra", name, f"{kind} {id} is there twice"))
        for wanted_kind, wanted_id in references(section, record):
            self._db.execute(
                "INSERT OR IGNORE INTO wanted VALUES (?, ?, ?)",
                (wanted_kind, wanted_id, f"{name}: {kind} {id}"),
            )

    def _judge_section(self, path: str, told: Section | None) -> None:
        found = self._sections.get(path.removesuffix(".jsonl"))
        if told is None:
            raise Wrong(_problem("missing", path, "the manifest does not name it"))
        if found is None:
            raise Wrong(_problem("missing", path, "the file is not there"))
        if path in self._broken:
            raise Wrong(self._broken[path])
        if found.records < told.records:
            raise Wrong(
                _problem(
                    "truncated",
                    path,
                    f"it ends after {found.records} of {told.records} records",
                )
            )
        if found.records > told.records:
            raise Wrong(
                _problem("count", path, f"{found.records} records, {told.records} in the manifest")
            )
        if found != told:
            raise Wrong(_problem("changed", path, "its sum is not the manifest's"))

    def _judge_files(self) -> None:
        missing = self._first(
            "SELECT l.path, l.sha256 FROM listed l LEFT JOIN found f USING (path)"
            " WHERE f.path IS NULL ORDER BY l.path LIMIT 1"
        )
        if missing:
            raise Wrong(_problem("missing", missing[0], "it is listed, but the file is not there"))
        changed = self._first(
            "SELECT l.path, l.size, f.size FROM listed l JOIN found f USING (path)"
            " WHERE l.size <> f.size OR l.sha256 <> f.sha256 ORDER BY l.path LIMIT 1"
        )
        if changed:
            kind = "truncated" if changed[2] < changed[1] else "changed"
            detail = f"its bytes are not those that were archived ({changed[1]}, now {changed[2]})"
            raise Wrong(_problem(kind, changed[0], detail))
        extra = self._first(
            "SELECT f.path FROM found f LEFT JOIN listed l USING (path)"
            " WHERE l.path IS NULL ORDER BY f.path LIMIT 1"
        )
        if extra:
            raise Wrong(_problem("extra", extra[0], "nothing lists this file"))

    def _judge_references(self) -> None:
        row = self._first(
            "SELECT w.kind, w.id, w.path FROM wanted w LEFT JOIN present p"
            " ON p.kind = w.kind AND p.id = w.id"
            " LEFT JOIN present g ON g.kind = 'gap ' || w.kind AND g.id = w.id"
            " WHERE p.id IS NULL AND (g.id IS NULL OR w.kind = 'attachment')"
            " ORDER BY w.kind, w.id LIMIT 1"
        )
        if row:
            detail = f"{row[2]} refers to {row[0]} {row[1]}, which is not in the archive"
            raise Wrong(_problem("reference", row[2].partition(":")[0], detail))

    def _insert(self, table: str, row: tuple[str | int, ...]) -> bool:
        marks = ", ".join("?" * len(row))
        return (
            self._db.execute(
                f"INSERT OR IGNORE INTO {table} VALUES ({marks})",  # noqa: S608  our own table names
                row,
            ).rowcount
            == 1
        )

    def _first(self, query: str) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._db.execute(query).fetchone()
        return row


def _members(path: Path) -> Members:
    if path.is_dir():
        return _directory_members(path)
    if path.is_file():
        return _tar_members(path)
    raise NothingThere(f"{path} is neither a directory nor a tar file")


def _directory_members(folder: Path) -> Members:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise Wrong(_problem("extra", name, "an archive holds plain files only"))
        if path.is_file():
            with path.open("rb") as file:
                yield name, file


def _tar_members(path: Path) -> Members:
    seen_end = False
    with tarfile.open(path, mode="r|") as tar:
        for member in tar:
            file = tar.extractfile(member) if member.isreg() else None
            if file is None:
                raise Wrong(_problem("extra", member.name, "an archive holds plain files only"))
            yield member.name, file
            seen_end = seen_end or member.name == MANIFEST
            tar.members = []  # type: ignore[attr-defined]  # a stream keeps every name else
    if not seen_end:
        raise Wrong(_problem("truncated", path.name, "the tar ends before the manifest"))


def _sum(name: str, file: IO[bytes]) -> StoredFile:
    total, size = hashlib.sha256(), 0
    while chunk := file.read(CHUNK):
        total.update(chunk)
        size += len(chunk)
    return StoredFile(path=name, size=size, sha256=total.hexdigest())


def _problem(kind: Any, path: str, detail: str) -> Problem:  # noqa: ANN401  Problem.kind's words
    return Problem(kind=kind, path=path, detail=detail)
