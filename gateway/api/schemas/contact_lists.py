"""What /api/v1 is asked and answers about lists of contacts, in and out."""

from typing import Annotated, Literal

from msgspec import Meta

from gateway.api.answer import Answer
from gateway.api.fields import Time
from gateway.api.requests import Request


class ImportQuery(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file's name, as the administrator's machine has it."""

    name: Annotated[str, Meta(min_length=1, max_length=255)]


class ImportStart(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to read the list. ``mapping`` says of each column what it is: ``name``, ``mailto``,
    ``tel``, ``points``, ``language``, ``time_zone``, ``vip``, ``organisation``, ``consents``,
    ``point:<family>``, ``attribute:<key>``, or "" to leave it out. A dry run changes nobody.
    ``verified``: the addresses are known to be theirs. ``encoding`` "": as found out.
    """

    mapping: Annotated[list[Annotated[str, Meta(max_length=100)]], Meta(max_length=200)]
    dry_run: bool
    verified: bool = False
    encoding: Annotated[str, Meta(max_length=40)] = ""


class ErrorQuery(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Behind which line to go on."""

    after: Annotated[int, Meta(ge=0, le=999_999_999)] = 0
    limit: Annotated[int, Meta(ge=1, le=500)] = 100


class ImportCounts(Answer, frozen=True, kw_only=True):
    """Of lines; ``removed``, ``restored`` and ``kept`` of contacts, by an undo."""

    lines: int
    created: int
    updated: int
    unchanged: int
    failed: int
    removed: int
    restored: int
    kept: int


class ContactImport(Answer, frozen=True, kw_only=True):
    """A list that comes in; ``progress`` is from 0 to 1."""

    id: str
    name: str
    size: int
    encoding: str
    delimiter: str
    columns: list[str]
    sample: list[list[str]]
    mapping: list[str]
    dry_run: bool
    verified: bool
    state: Literal["new", "running", "done", "cancelled", "undoing", "undone"]
    counts: ImportCounts
    progress: float
    problem: str
    by: str
    by_name: str
    created_at: Time
    updated_at: Time


class ContactImportList(Answer, frozen=True, kw_only=True):
    """Newest first."""

    items: list[ContactImport]


class ImportLineError(Answer, frozen=True, kw_only=True):
    """What was wrong in a line, and in which column."""

    line: int
    column: str
    reason: str


class ImportErrors(Answer, frozen=True, kw_only=True):
    """By line; ``next_after`` null on the last page."""

    items: list[ImportLineError]
    next_after: int | None
