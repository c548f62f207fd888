"""One change for many tickets."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from gateway.api.answer import Answer
from gateway.api.fields import Id, Tag, Time
from gateway.api.requests import PageQuery, Request, TicketChange

JobState = Literal["gathering", "running", "done", "cancelled", "failed"]
Outcome = Literal["changed", "unchanged", "refused", "not_visible"]
Tags = Annotated[list[Tag], Meta(max_length=50)]


class BulkChange(TicketChange, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """As for one ticket, without ``version``; and tags added to each one's own, sleep (null: until
    the customer writes), waking, following by me.
    """

    add_tags: Tags | UnsetType = UNSET
    remove_tags: Tags | UnsetType = UNSET
    snooze_until: Annotated[datetime, Meta(tz=True)] | UnsetType | None = UNSET
    wake: bool | UnsetType = UNSET
    follow: bool | UnsetType = UNSET


class BulkSelection(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Either ``ids``, or what a list (``view``, ``inbox_id``) or a search (``q``, ``scope``)
    shows.
    """

    ids: Annotated[list[Id], Meta(max_length=1_000)] | UnsetType = UNSET
    view: Id | UnsetType = UNSET
    inbox_id: Id | UnsetType = UNSET
    q: Annotated[str, Meta(min_length=1, max_length=300)] | UnsetType = UNSET
    scope: Literal["open", "all"] | UnsetType = UNSET


class NewBulk(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which tickets, and what of them."""

    selection: BulkSelection
    change: BulkChange


class BulkCounts(Answer, frozen=True, kw_only=True):
    """How many tickets had which outcome."""

    changed: int
    unchanged: int
    refused: int
    not_visible: int


class BulkJob(Answer, frozen=True, kw_only=True):
    """``done`` of ``total`` are gone through; while it is gathering, the total is not known."""

    id: str
    state: JobState
    total: int
    done: int
    counts: BulkCounts
    reason: str
    created_at: Time
    updated_at: Time


class BulkJobs(Answer, frozen=True, kw_only=True):
    """Mine, newest first."""

    items: list[BulkJob]


class BulkResult(Answer, frozen=True, kw_only=True):
    """What became of one ticket; ``number`` null where it is not visible."""

    ticket_id: str
    number: int | None
    outcome: Outcome
    field: str | None
    reason: str


class BulkReport(Answer, frozen=True, kw_only=True):
    """In the order that they were gone through."""

    items: list[BulkResult]
    next_cursor: str | None


class ReportQuery(PageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which results."""

    outcome: Outcome | UnsetType = UNSET
