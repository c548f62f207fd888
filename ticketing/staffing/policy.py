"""Who is there, on shift, and free for how much; pure."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from ticketing.errors import Invalid, Stale
from ticketing.people.amendments import language_of, time_zone_of
from ticketing.staffing.model import (
    CAPACITY,
    KINDS,
    AtWork,
    Hours,
    Kind,
    OtherDay,
    Profile,
    Shift,
    Sign,
    Skill,
)

IDLE = timedelta(minutes=5)  # without a key or a pointer moved
GONE = timedelta(seconds=150)  # without a page that says that it is open: each minute it does
MAX_SKILLS = 100
MAX_LANGUAGES = 30
MAX_SHIFTS = 50
MAX_OTHER_DAYS = 400
MAX_CAPACITY = 500
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_SKILL = re.compile(r"[\w][\w .+#/-]{0,49}")
_DAY = timedelta(days=1)


class ProfileChange(msgspec.Struct, frozen=True, kw_only=True):
    """Only what is set changes."""

    skills: tuple[Skill, ...] | UnsetType = UNSET
    languages: tuple[str, ...] | UnsetType = UNSET
    time_zone: str | UnsetType = UNSET
    shifts: tuple[Shift, ...] | UnsetType = UNSET
    exceptions: tuple[OtherDay, ...] | UnsetType = UNSET
    capacity: Mapping[Kind, int] | UnsetType = UNSET
    version: int | None = None


def at_work(sign: Sign | None, now: datetime) -> AtWork:
    """What others see: idle hands are away, and without an open page nobody is there."""
    if sign is None or now - sign.open_at > GONE:
        return "offline"
    if now - sign.active_at > IDLE:
        return "away"
    return sign.chosen


def signed(before: Sign | None, sign: Sign, chosen: str | None, *, active: bool) -> Sign:
    """The new word; what it does not say stays. Somebody who comes back from nowhere is online."""
    if before is None:
        return sign
    return replace(
        sign,
        chosen=sign.chosen if chosen else before.chosen,
        active_at=sign.active_at if active or chosen else before.active_at,
    )


def on_shift(profile: Profile, now: datetime) -> bool:
    """By the agent's own clock; a shift over midnight belongs to the day on which it begins.
    Without agreed hours, always.
    """
    if not profile.shifts and not profile.exceptions:
        return True
    local = now.astimezone(ZoneInfo(profile.time_zone or "UTC"))
    today, clock = local.date(), local.strftime("%H:%M")
    begun = any(_begins(one, clock) for one in hours_of(profile, today))
    return begun or any(_goes_on(one, clock) for one in hours_of(profile, today - _DAY))


def hours_of(profile: Profile, day: date) -> tuple[Hours, ...]:
    """The date's own, else its weekday's; all day where only holidays are agreed."""
    for one in profile.exceptions:
        if one.date == day.isoformat():
            return one.hours
    if not profile.shifts:
        return (Hours(start="00:00", end="00:00"),)
    return tuple(one.hours for one in profile.shifts if one.day == day.weekday())


def free_capacity(profile: Profile, load: Mapping[Kind, int]) -> dict[Kind, int]:
    """How many more of each kind, by the open tickets that the agent has of it."""
    return {
        kind: max(0, profile.capacity.get(kind, CAPACITY[kind]) - load.get(kind, 0))
        for kind in KINDS
    }


def kind_of(family: str, *, speaks: bool = False) -> Kind:
    """The kind of a channel by the family of its addresses; ``speaks``: it carries calls."""
    if speaks:
        return "voice"
    return "mail" if family == "mailto" else "chat"


def amended(profile: Profile, change: ProfileChange) -> Profile:
    """Raises Stale and Invalid; the same profile when nothing differs."""
    if change.version is not None and change.version != profile.version:
        raise Stale(profile.version)
    wanted: dict[str, Any] = {
        name: check(getattr(change, name))
        for name, check in _CHECKS.items()
        if getattr(change, name) is not UNSET
    }
    return replace(profile, **wanted)


def _begins(hours: Hours, clock: str) -> bool:
    return hours.start <= clock and (clock < hours.end or hours.end <= hours.start)


def _goes_on(hours: Hours, clock: str) -> bool:
    return hours.end <= hours.start and clock < hours.end


def _skills(skills: tuple[Skill, ...]) -> tuple[Skill, ...]:
    if len({one.key.casefold() for one in skills}) < len(skills) or len(skills) > MAX_SKILLS:
        raise Invalid("skills", f"at most {MAX_SKILLS}, each once")
    for number, one in enumerate(skills):
        if not _SKILL.fullmatch(one.key):
            raise Invalid(f"skills[{number}].key", "a word of at most 50 characters")
        if not 1 <= one.level <= 5:  # noqa: PLR2004  the levels there are
            raise Invalid(f"skills[{number}].level", "1 to 5")
    return skills


def _languages(languages: tuple[str, ...]) -> tuple[str, ...]:
    if len(languages) > MAX_LANGUAGES:
        raise Invalid("languages", f"at most {MAX_LANGUAGES}")
    if not all(languages):
        raise Invalid("languages", "a language tag: en, de-CH, zh-CN")
    return tuple(dict.fromkeys(language_of(one) for one in languages))


def _shifts(shifts: tuple[Shift, ...]) -> tuple[Shift, ...]:
    if len(shifts) > MAX_SHIFTS:
        raise Invalid("shifts", f"at most {MAX_SHIFTS}")
    for number, one in enumerate(shifts):
        if not 0 <= one.day <= 6:  # noqa: PLR2004  Monday to Sunday
            raise Invalid(f"shifts[{number}].day", "0 (Monday) to 6")
        _check_hours(one.hours, f"shifts[{number}].hours")
    return tuple(sorted(shifts, key=lambda one: (one.day, one.hours.start)))


def _other_days(days: tuple[OtherDay, ...]) -> tuple[OtherDay, ...]:
    if len({one.date for one in days}) < len(days) or len(days) > MAX_OTHER_DAYS:
        raise Invalid("exceptions", f"at most {MAX_OTHER_DAYS}, each date once")
    for number, one in enumerate(days):
        try:
            date.fromisoformat(one.date)
        except ValueError as error:
            raise Invalid(f"exceptions[{number}].date", "a date: 2026-12-24") from error
        for hours in one.hours:
            _check_hours(hours, f"exceptions[{number}].hours")
    return tuple(sorted(days, key=lambda one: one.date))


def _check_hours(hours: Hours, field: str) -> None:
    for text in (hours.start, hours.end):
        if not _TIME.fullmatch(text):
            raise Invalid(field, "times of day: 09:00")


def _capacity(capacity: Mapping[Kind, int]) -> dict[Kind, int]:
    for kind, count in capacity.items():
        if not 0 <= count <= MAX_CAPACITY:
            raise Invalid(f"capacity.{kind}", f"between 0 and {MAX_CAPACITY}")
    return dict(capacity)


_CHECKS: Mapping[str, Callable[[Any], object]] = {
    "skills": _skills,
    "languages": _languages,
    "time_zone": time_zone_of,
    "shifts": _shifts,
    "exceptions": _other_days,
    "capacity": _capacity,
}
