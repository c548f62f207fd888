"""A list that comes in: the job, what each slice of it did, and what was wrong by line."""

from datetime import datetime
from typing import Literal, NewType

import msgspec
from msgspec.structs import replace

from normalizer.model import AgentId, ContactId
from storage.ids import derived_id
from ticketing.model import Contact

ImportId = NewType("ImportId", str)
State = Literal["new", "running", "done", "cancelled", "undoing", "undone"]
# What a column may be: one of these, ``point:<family>``, ``attribute:<key>``, or "" (left out).
# ``points`` are whole keys (``telegram:123``); addresses of one cell are parted by semicolons.
FIELDS = (
    "name",
    "mailto",
    "tel",
    "points",
    "language",
    "time_zone",
    "vip",
    "organisation",
    "consents",
)
GONE = "the uploaded file is gone: upload it again"
BUSY: tuple[State, ...] = ("running", "undoing")


class Counts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Of lines; ``kept`` of contacts that an undo left because they were used or changed since."""

    lines: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0
    removed: int = 0
    restored: int = 0
    kept: int = 0


class Import(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``columns`` are the first line's names, ``mapping`` says by column what each is. A dry run
    counts and reports and changes nobody. ``verified``: the addresses are known to be theirs.
    ``read_bytes`` of ``size`` is how far it came; ``slices`` numbers its slices.
    """

    id: ImportId = msgspec.field(name="_id")
    v: int = 1
    name: str
    sha256: str
    size: int
    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...] = ()
    mapping: tuple[str, ...] = ()
    dry_run: bool = True
    verified: bool = False
    state: State = "new"
    counts: Counts = Counts()
    read_bytes: int = 0
    slices: int = 0
    problem: str = ""
    by: AgentId
    by_name: str
    created_at: datetime
    updated_at: datetime


class Slice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a slice did, for its undo; ``id`` is ``import_id|number``. ``before`` are the contacts
    that it changed as they were; ``prints`` tell by contact how it left each (``fingerprint``).
    """

    id: str = msgspec.field(name="_id")
    v: int = 1
    created: tuple[ContactId, ...] = ()
    before: tuple[Contact, ...] = ()
    prints: dict[str, str] = {}


class LineError(msgspec.Struct, frozen=True, kw_only=True):
    """``id`` is ``import_id|line``, with the line in nine digits."""

    id: str = msgspec.field(name="_id")
    line: int
    column: str
    reason: str


def fingerprint(contact: Contact) -> str:
    """Of all that a contact says, but for when and how often it was changed."""
    said = replace(contact, version=0, updated_at=contact.created_at)
    return derived_id(msgspec.json.encode(said, order="deterministic").decode())
