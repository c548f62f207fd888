"""What /api/v1 is asked and answers about agents' work."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from gateway.api.answer import Answer
from gateway.api.fields import Time
from gateway.api.requests import Request
from gateway.api.schemas.contacts import LanguageTag, TimeZone, Version

Kind = Literal["chat", "mail", "voice"]
State = Literal["online", "busy", "away", "offline"]
Level = Annotated[int, Meta(ge=1, le=5)]
Day = Annotated[int, Meta(ge=0, le=6)]
Clock = Annotated[str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Count = Annotated[int, Meta(ge=0, le=500)]
Date = Annotated[str, Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]


class SkillWish(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody knows, and how well."""

    key: Annotated[str, Meta(min_length=1, max_length=50)]
    level: Level


class HoursWish(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of one day; an end before the start is on the next."""

    start: Clock
    end: Clock


class ShiftWish(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of each week; ``day`` 0 is Monday."""

    day: Day
    hours: HoursWish


class OtherDayWish(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Other hours on a date; none: a holiday."""

    date: Date
    hours: Annotated[list[HoursWish], Meta(max_length=10)]


class ProfileChange(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One's own languages and time zone; for the rest it needs the right to configure."""

    skills: Annotated[list[SkillWish], Meta(max_length=100)] | UnsetType = UNSET
    languages: Annotated[list[LanguageTag], Meta(max_length=30)] | UnsetType = UNSET
    time_zone: TimeZone | UnsetType = UNSET
    shifts: Annotated[list[ShiftWish], Meta(max_length=50)] | UnsetType = UNSET
    exceptions: Annotated[list[OtherDayWish], Meta(max_length=400)] | UnsetType = UNSET
    capacity: dict[Kind, Count] | UnsetType = UNSET
    version: Version | UnsetType = UNSET


class PresenceSign(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Said every minute while a page is open: ``active`` when a key or the pointer moved since.
    ``state`` null leaves what was chosen.
    """

    state: Literal["online", "busy", "away"] | None = None
    active: bool = True


class Skill(Answer, frozen=True, kw_only=True):
    """What somebody knows, and how well: 1 to 5."""

    key: str
    level: int


class Hours(Answer, frozen=True, kw_only=True):
    """From ``start`` to ``end`` of one day; an end before the start is on the next."""

    start: str
    end: str


class Shift(Answer, frozen=True, kw_only=True):
    """Hours of each week; ``day`` 0 is Monday."""

    day: int
    hours: Hours


class OtherDay(Answer, frozen=True, kw_only=True):
    """A date with other hours than its weekday; none: a holiday."""

    date: str
    hours: list[Hours]


class AgentProfile(Answer, frozen=True, kw_only=True):
    """What is known of an agent's work. ``on_shift`` is now; ``capacity`` is what holds, with the
    house's own where nothing else was said.
    """

    agent_id: str
    version: int
    skills: list[Skill]
    languages: list[str]
    time_zone: str
    shifts: list[Shift]
    exceptions: list[OtherDay]
    capacity: dict[Kind, int]
    on_shift: bool
    updated_at: Time | None


class AgentPresence(Answer, frozen=True, kw_only=True):
    """Whether an agent is there; ``since`` is when they last did something."""

    agent_id: str
    state: State
    on_shift: bool
    since: Time | None


class AgentPresenceList(Answer, frozen=True, kw_only=True):
    """Everybody who works here."""

    items: list[AgentPresence]
