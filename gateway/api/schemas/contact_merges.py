"""What /api/v1 is asked and answers about contacts that are one person."""

from typing import Literal

from msgspec import UNSET, UnsetType

from gateway.api.answer import Answer
from gateway.api.fields import Id, Time
from gateway.api.requests import Request
from gateway.api.schemas.contacts import ContactCard, Version


class ContactMergeWish(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who becomes this contact; the versions of both guard against a stale screen."""

    source_id: Id
    version: Version | UnsetType = UNSET
    source_version: Version | UnsetType = UNSET


class ContactMergePreviewWish(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who would become this contact."""

    source_id: Id


class ContactConflict(Answer, frozen=True, kw_only=True):
    """A field that both have: what would be kept and what lost."""

    field: str
    kept: str
    lost: str


class ContactMergePreview(Answer, frozen=True, kw_only=True):
    """What would go over, and how the contact would look."""

    source: ContactCard
    after: ContactCard
    tickets: int
    conversations: int
    notes: int
    conflicts: list[ContactConflict]


class ContactMerge(Answer, frozen=True, kw_only=True):
    """A contact that became another, and may be taken apart again until ``undone_at``."""

    id: str
    source_id: str
    source_name: str
    target_id: str
    by: str
    by_name: str
    at: Time
    undone_at: Time | None


class ContactMerged(Answer, frozen=True, kw_only=True):
    """The merge, and the contact as it is now."""

    merge: ContactMerge
    contact: ContactCard


class ContactMergeList(Answer, frozen=True, kw_only=True):
    """Of whom a contact is made, the latest first."""

    items: list[ContactMerge]


class ContactUnmerged(Answer, frozen=True, kw_only=True):
    """Both as they are again. ``kept`` names what was changed since the merge and so stayed."""

    source: ContactCard
    target: ContactCard
    kept: list[str]


class DuplicateContact(Answer, frozen=True, kw_only=True):
    """Who may be the same person, and why."""

    contact: ContactCard
    reasons: list[Literal["number", "address", "name"]]


class DuplicateList(Answer, frozen=True, kw_only=True):
    """The likeliest first."""

    items: list[DuplicateContact]
