"""A job, the tickets that it has to go through, and what became of each."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal, NewType

import msgspec
from msgspec import UNSET, UnsetType

from connectors.contract import InboxId
from normalizer.model import AgentId, TicketId
from ticketing.amendments import TicketChange
from ticketing.permissions import Origin

JobId = NewType("JobId", str)
# gathering: it is being found out which tickets; running: they are gone through, slice by slice
JobState = Literal["gathering", "running", "done", "cancelled", "failed"]
Outcome = Literal["changed", "unchanged", "refused", "not_visible"]
OPEN: tuple[JobState, ...] = ("gathering", "running")
SLICE = 50  # tickets of one transaction, and of one page of a job's list
MOST_IDS = 1_000
MOST_TICKETS = 200_000
KEPT = timedelta(days=30)


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """Tickets as a list or a search shows them: ``q`` "" is the list of a view."""

    view: str = "open"
    inbox_id: InboxId | None = None
    q: str = ""
    scope: Literal["open", "all"] = "all"


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What is to change of each. ``snooze_until`` None: until the customer writes; ``wake`` and
    ``follow`` (the asker himself: on or off) where they are set.
    """

    change: TicketChange
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    snooze_until: datetime | UnsetType | None = UNSET
    wake: bool = False
    follow: bool | UnsetType = UNSET


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How many tickets had which outcome."""

    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    not_visible: int = 0


class Job(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``done`` of ``total`` are gone through: it grows in the transaction that changes them, so
    that a killed worker repeats none and leaves none out. ``list_id`` is the list it goes through,
    which is gathered page by page: ``total`` grows, ``cursor`` is where the next page begins.
    ``tries`` failed in a row, and the next one is at ``tries_at``. ``waits`` narrows the list of
    open ones.
    """

    id: JobId = msgspec.field(name="_id")
    v: int = 1
    agent_id: AgentId
    origin: Origin
    wish: Wish
    listed: Listed | None = None
    list_id: str = ""
    cursor: str | None = None
    state: JobState
    waits: bool
    total: int = 0
    done: int = 0
    counts: Counts = Counts()
    tries: int = 0
    tries_at: datetime | None = None
    reason: str = ""
    created_at: datetime
    updated_at: datetime
    expires_at: datetime


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Some tickets of a list; ``next_cursor`` None: there are no more."""

    ids: tuple[TicketId, ...]
    next_cursor: str | None = None


class Leaf(msgspec.Struct, frozen=True, kw_only=True):
    """A slice's worth of a job's tickets; ``id`` is ``list|number``."""

    id: str = msgspec.field(name="_id")
    ticket_ids: tuple[TicketId, ...]
    expires_at: datetime


class Result(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one ticket; ``id`` is ``job|place``. ``field`` and ``reason`` of a refusal."""

    id: str = msgspec.field(name="_id")
    ticket_id: TicketId
    number: int = 0
    outcome: Outcome
    field: str = ""
    reason: str = ""
    expires_at: datetime


def leaf_id(list_id: str, number: int) -> str:
    """Sorts by number."""
    return f"{list_id}|{number:06d}"


def leaves(job: Job, ids: Sequence[TicketId], first: int = 0) -> list[Leaf]:
    """A job's list, or its end from leaf ``first`` on."""
    return [
        Leaf(
            id=leaf_id(job.list_id, first + start // SLICE),
            ticket_ids=tuple(ids[start : start + SLICE]),
            expires_at=job.expires_at,
        )
        for start in range(0, len(ids), SLICE)
    ]


def result_id(job_id: JobId, place: int) -> str:
    """Sorts by place."""
    return f"{job_id}|{place:08d}"


def counted(counts: Counts, results: Mapping[Outcome, int]) -> Counts:
    """With these too."""
    return Counts(
        changed=counts.changed + results.get("changed", 0),
        unchanged=counts.unchanged + results.get("unchanged", 0),
        refused=counts.refused + results.get("refused", 0),
        not_visible=counts.not_visible + results.get("not_visible", 0),
    )
