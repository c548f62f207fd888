"""Facts that no ticket has, and the blocks that prove facts and events."""

from datetime import datetime
from typing import Literal, NewType

import msgspec

from storage.events import Actor, Change

FactId = NewType("FactId", str)
Source = Literal["events", "audit_facts"]

START = "0" * 64


class Subject(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was changed or read; ``name`` as it was shown then."""

    kind: str
    id: str
    name: str = ""


class Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that happened beside the tickets: an agent's rights, an inbox, a login, an export,
    the reading of something sensitive. Tickets have events, which are audited as they are.
    """

    id: FactId = msgspec.field(name="_id")
    v: int = 1
    kind: str
    subject: Subject
    actor: Actor
    at: datetime
    changes: tuple[Change, ...] = ()
    why: str = ""


class Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """One fact or event of a block: ``sum`` is the SHA-256 of its stored document (``chain``)."""

    source: Source
    id: str
    sum: str


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """``seq`` counts from 1 without a gap; ``prev`` is the block before's ``sum``.

    ``since`` and ``until`` are the moments of its first and last fact.
    """

    seq: int = msgspec.field(name="_id")
    v: int = 1
    prev: str
    sum: str
    sealed_at: datetime
    since: datetime
    until: datetime
    entries: tuple[Sealed, ...]


class Mark(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far the sealer came: everything of the source before ``sealed_until`` was sealed when it
    was there in time; from ``looked_back_to`` on what turned up later was. None: look from now on.
    A look back that is not at its end began at ``looks_from``; it came to ``looks_at``, and that
    at the last hours to ``recent_at``.
    """

    id: Source = msgspec.field(name="_id")
    sealed_until: datetime
    looked_back_to: datetime | None = None
    looks_from: datetime | None = None
    looks_at: datetime | None = None
    recent_at: datetime | None = None


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A fact or event as an auditor reads it."""

    id: str
    kind: str
    subject: Subject
    actor: Actor
    at: datetime
    changes: tuple[Change, ...]
    why: str
    inbox_id: str = ""
    of_event: bool = False


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """``problem`` empty: every sealed fact is there and unchanged, the chain has no gap.

    ``head`` kept elsewhere proves later that nothing was cut off. ``unsealed`` counts facts that
    wait for their block; ``late`` those that were sealed long after their date: an outage, or
    somebody who dated back.
    """

    blocks: int
    facts: int
    head: str
    unsealed: int = 0
    late: int = 0
    problem: str = ""
