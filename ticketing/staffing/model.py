"""An agent's profile, and the last word on whether they are there."""

from datetime import datetime
from typing import Literal

import msgspec

from normalizer.model import AgentId

Kind = Literal["chat", "mail", "voice"]
Chosen = Literal["online", "busy", "away"]
AtWork = Literal["online", "busy", "away", "offline"]
KINDS: tuple[Kind, ...] = ("chat", "mail", "voice")
CAPACITY: dict[Kind, int] = {"chat": 3, "mail": 20, "voice": 1}


class Skill(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody knows, and how well: 1 to 5."""

    key: str
    level: int


class Hours(msgspec.Struct, frozen=True, kw_only=True):
    """From ``start`` to ``end`` ("09:00") of one day; an end before the start is on the next."""

    start: str
    end: str


class Shift(msgspec.Struct, frozen=True, kw_only=True):
    """Hours of each week; ``day`` 0 is Monday."""

    day: int
    hours: Hours


class OtherDay(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A date ("2026-12-24") with other hours than its weekday; none: a holiday."""

    date: str
    hours: tuple[Hours, ...] = ()


class Profile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Of one agent, by whose id it is known. Without ``shifts`` no hours are agreed. ``capacity``
    by kind of channel: how many open tickets at once; absent kinds have the house's.
    """

    id: AgentId = msgspec.field(name="_id")
    v: int = 1
    version: int = 0
    skills: tuple[Skill, ...] = ()
    languages: tuple[str, ...] = ()
    time_zone: str = ""
    shifts: tuple[Shift, ...] = ()
    exceptions: tuple[OtherDay, ...] = ()
    capacity: dict[Kind, int] = {}
    updated_at: datetime | None = None


class Sign(msgspec.Struct, frozen=True, kw_only=True):
    """The last word of an agent's browsers: what they chose, when they last did something, and
    when a page was open last.
    """

    agent_id: AgentId
    chosen: Chosen
    active_at: datetime
    open_at: datetime
