"""Search: what was found, what was understood, and what an operator's value may be."""

from typing import Annotated, Literal

from msgspec import Meta

from gateway.api.answer import Answer
from gateway.api.requests import Request
from gateway.api.schemas.tickets import TicketRow


class SearchHit(Answer, frozen=True, kw_only=True):
    """``marks`` are [start, end) pairs of code points in ``snippet``."""

    ticket: TicketRow
    message_id: str | None
    snippet: str
    marks: list[tuple[int, int]]
    field: Literal["subject", "message", "note", "file", "contact", "number", "ticket"]


class Understood(Answer, frozen=True, kw_only=True):
    """One part of what was typed. ``note``, where there is one, says why it finds nothing or was
    left out.
    """

    kind: Literal["word", "phrase", "filter"]
    text: str
    op: str
    value: str
    negated: bool
    note: str


class SearchPage(Answer, frozen=True, kw_only=True):
    """A page of results, the best of it first. It may be short although there is a next one.

    ``complete`` is false while the index of words is being built: older messages may be missing.
    """

    items: list[SearchHit]
    next_cursor: str | None
    understood: list[Understood]
    complete: bool


class Suggestion(Answer, frozen=True, kw_only=True):
    """A value for an operator; ``insert`` is what to put into the line."""

    op: str
    value: str
    label: str
    insert: str


class Suggestions(Answer, frozen=True, kw_only=True):
    """Best first, at most twenty."""

    items: list[Suggestion]


class SuggestQuery(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The part of the line that is being typed, such as ``tag:re`` or ``re``."""

    q: Annotated[str, Meta(max_length=100)] = ""
