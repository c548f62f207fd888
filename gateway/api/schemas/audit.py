"""Who changed what."""

from datetime import datetime
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from gateway.api.answer import Answer
from gateway.api.fields import Id, Time
from gateway.api.requests import PageQuery, Request
from gateway.api.schemas.tickets import Change

Kind = Annotated[str, Meta(min_length=1, max_length=64, pattern="^[A-Za-z][A-Za-z._-]*$")]


class AuditQuery(PageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``actor_id`` and ``subject_id`` are ids; ``kind`` fits also what begins with it and a dot."""

    actor_id: Id | UnsetType = UNSET
    subject_id: Id | UnsetType = UNSET
    kind: Kind | UnsetType = UNSET
    until: datetime | UnsetType = UNSET


class ExportQuery(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Facts of [since, until); all when neither is given."""

    since: datetime | UnsetType = UNSET
    until: datetime | UnsetType = UNSET


class AuditSubject(Answer, frozen=True, kw_only=True):
    """What was changed or read."""

    kind: str
    id: str
    name: str


class AuditActor(Answer, frozen=True, kw_only=True):
    """Who did it and from where; ``via``: session, token, cli or system, with the login's id."""

    kind: str
    id: str
    name: str
    ip: str
    via: str
    request_id: str


class AuditEntry(Answer, frozen=True, kw_only=True):
    """One fact."""

    id: str
    kind: str
    subject: AuditSubject
    actor: AuditActor
    at: Time
    changes: list[Change]
    why: str


class AuditPage(Answer, frozen=True, kw_only=True):
    """Newest first."""

    items: list[AuditEntry]
    next_cursor: str | None


class AuditHead(Answer, frozen=True, kw_only=True):
    """``seq`` 0: nothing is sealed yet."""

    seq: int
    sum: str
    sealed_at: Time | None
