"""The shape of an archive, format ``parley-archive/1``.

A directory or a tar of::

    messages.jsonl  tickets.jsonl  conversations.jsonl  contacts.jsonl  events.jsonl
    originals.jsonl        one line for each raw request or mail, naming its file and sum
    attachments.jsonl      one line for each attachment, naming its file and sum
    gaps.jsonl             what was referred to but is no longer kept, and why
    originals/ab/<journal id>    attachments/ab/<sha256>
    manifest.json          sums, counts and chain heads of the .jsonl files; written last

Each line is ``{"seq": n, "prev": <sha256 of the line before>, "record": {...}}``: a line that is
changed, removed, added or cut off shows by itself, and the last line's sum is in the manifest.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

FORMAT = "parley-archive/1"
MANIFEST = "manifest.json"

SectionName = Literal[
    "messages",
    "tickets",
    "conversations",
    "contacts",
    "events",
    "originals",
    "attachments",
    "gaps",
]
SECTIONS: tuple[SectionName, ...] = (
    "messages",
    "tickets",
    "conversations",
    "contacts",
    "events",
    "originals",
    "attachments",
    "gaps",
)
FILES: tuple[SectionName, ...] = ("originals", "attachments")
START = "0" * 64


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a section."""

    seq: int
    prev: str
    record: Mapping[str, Any]


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """What the manifest says of one .jsonl file. ``head`` is the sum of its last line."""

    path: str
    records: int
    size: int
    sha256: str
    head: str


class StoredFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the archive as its section lists it."""

    path: str
    size: int
    sha256: str


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """What is archived: received in [since, until), in these inboxes (None: in all)."""

    since: datetime
    until: datetime
    inboxes: tuple[str, ...] | None = None


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The root of all sums: whoever keeps this file's own sum elsewhere can prove the whole."""

    format: str
    tool: str
    created_at: datetime
    scope: Scope
    sections: tuple[Section, ...]


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far an export is, for whoever waits for it."""

    messages: int
    originals: int
    attachments: int
    reached: datetime


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """``manifest_sha256`` is what to write down elsewhere."""

    manifest: Manifest
    manifest_sha256: str


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """The first thing that is wrong, and where."""

    kind: Literal[
        "missing",
        "changed",
        "extra",
        "truncated",
        "count",
        "reference",
        "unreadable",
        "incomplete",
    ]
    path: str
    detail: str


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """``problem`` None: the archive is whole. ``counts`` are records by section."""

    ok: bool
    problem: Problem | None
    manifest_sha256: str
    counts: Mapping[str, int]
    gaps: int
