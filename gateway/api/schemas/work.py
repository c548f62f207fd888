"""Working together and later: canned replies, preferences, snooze, checklists."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from gateway.api.answer import Answer
from gateway.api.fields import Body, Id, Line, Time
from gateway.api.requests import Request
from gateway.api.schemas.tickets import TicketRef
from ticketing.preferences.model import Alerts, Keys, Quiet

NotificationKind = Literal["mention", "assigned", "news", "send_failed", "woke", "not_sent"]
Position = Annotated[int, Meta(ge=0, le=100)]
CannedScope = Literal["personal", "team", "shared"]
CannedTexts = Annotated[dict[str, Annotated[str, Meta(max_length=10_000)]], Meta(max_length=30)]


class CannedReply(Answer, frozen=True, kw_only=True):
    """A text to insert, by language, with blanks such as ``{{customer.first_name}}``."""

    id: str
    scope: CannedScope
    team_id: str | None
    name: str
    shortcut: str
    texts: dict[str, str]
    version: int
    updated_at: Time
    editable: bool


class CannedList(Answer, frozen=True, kw_only=True):
    """Best fit first. ``blanks`` are those that may stand in a text."""

    items: list[CannedReply]
    blanks: list[str]


class FilledCanned(Answer, frozen=True, kw_only=True):
    """In the customer's language, filled. ``missing``: blanks that stand unfilled in ``text``."""

    id: str
    name: str
    language: str
    text: str
    missing: list[str]


class CannedQuery(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was typed after ``/``."""

    q: Annotated[str, Meta(max_length=100)] = ""
    limit: Annotated[int, Meta(ge=1, le=1_000)] = 50


class NewCanned(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A canned reply to be; ``shared`` ones need the right to curate, a ``team``'s its
    membership.
    """

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    texts: CannedTexts
    scope: CannedScope = "personal"
    team_id: Id | None = None
    shortcut: Annotated[str, Meta(max_length=41)] = ""


class CannedChange(NewCanned, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """As a whole; ``version`` is the one that it was made from (409)."""

    version: Annotated[int, Meta(ge=0, le=2**53)]


class CannedPlace(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The conversation that is to be answered."""

    conversation_id: Id


class Notification(Answer, frozen=True, kw_only=True):
    """Something I should know of; ``count`` of its kind and ticket stand as one. ``reason`` says
    why a reply failed or was not sent.
    """

    id: str
    kind: NotificationKind
    at: Time
    read: bool
    count: int
    actor_name: str
    ticket: TicketRef
    message_id: str | None
    reason: str


class NotificationList(Answer, frozen=True, kw_only=True):
    """Newest first, at most 200."""

    items: list[Notification]
    unread: int


class ReadNotifications(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which I have read; null: all."""

    ids: Annotated[list[Id], Meta(max_length=200)] | None


class Unread(Answer, frozen=True, kw_only=True):
    """How many notifications I have not read."""

    unread: int


class Snoozing(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Until when; null: until the customer writes. Their message wakes it in any case."""

    until: Annotated[datetime, Meta(tz=True)] | None


class NewItem(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A thing to be done; ``position`` counts from 0, null is the end."""

    text: Line
    position: Position | None = None


class ItemChange(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Only what is given changes."""

    text: Line | UnsetType = UNSET
    done: bool | UnsetType = UNSET
    position: Position | UnsetType = UNSET


class ScheduleChange(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Only what is given changes; ``send_at`` null sends now."""

    text: Body | UnsetType = UNSET
    html: Annotated[str, Meta(max_length=400_000)] | UnsetType | None = UNSET
    send_at: Annotated[datetime, Meta(tz=True)] | UnsetType | None = UNSET
    unless_they_write: bool | UnsetType = UNSET


class MyPreferences(Answer, frozen=True, kw_only=True):
    """How I want things to be; "" leaves language and time zone to the browser."""

    language: Literal["", "en", "zh-CN"]
    theme: Literal["system", "light", "dark"]
    time_zone: str
    send_action: Literal["send", "solved", "waiting"]
    keys: Keys
    alerts: Alerts
    quiet: Quiet


class PreferencesChange(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of them at once."""

    language: Literal["", "en", "zh-CN"]
    theme: Literal["system", "light", "dark"]
    time_zone: Annotated[str, Meta(max_length=64)]
    send_action: Literal["send", "solved", "waiting"]
    keys: Keys
    alerts: Alerts
    quiet: Quiet
