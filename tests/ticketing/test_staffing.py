"""Who is there, on shift, and free for how much."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from normalizer.model import AgentId
from ticketing.errors import Invalid, Stale
from ticketing.staffing.model import Hours, OtherDay, Profile, Shift, Sign, Skill
from ticketing.staffing.policy import (
    GONE,
    IDLE,
    ProfileChange,
    amended,
    at_work,
    free_capacity,
    kind_of,
    on_shift,
    signed,
)

MIRA = AgentId("agent-mira")
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def hours(start, end):
    return Hours(start=start, end=end)


def working(*shifts, zone="", **fields):
    made = tuple(Shift(day=day, hours=hours(start, end)) for day, start, end in shifts)
    return Profile(id=MIRA, shifts=made, time_zone=zone, **fields)


def at(clock, day=0):
    hour, minute = map(int, clock.split(":"))
    return MONDAY + timedelta(days=day, hours=hour, minutes=minute)


@pytest.mark.parametrize(
    ("clock", "day", "there"),
    [("08:59", 0, False), ("09:00", 0, True), ("16:59", 0, True), ("17:00", 0, False),
     ("12:00", 1, False), ("22:00", 4, True), ("05:59", 5, True), ("06:00", 5, False)],
)  # fmt: skip
def test_a_shift_is_from_its_start_until_its_end(clock, day, there):
    profile = working((0, "09:00", "17:00"), (4, "22:00", "06:00"))
    assert on_shift(profile, at(clock, day)) is there


def test_hours_are_by_the_agents_own_clock():
    shanghai = working((0, "09:00", "17:00"), zone="Asia/Shanghai")
    assert on_shift(shanghai, at("01:00"))
    assert not on_shift(shanghai, at("09:00"))


def test_hours_stay_the_same_on_the_clock_when_the_clocks_change():
    zurich = working((6, "08:00", "09:00"), zone="Europe/Zurich")
    winter = datetime(2026, 3, 22, 7, 30, tzinfo=UTC)
    summer = datetime(2026, 3, 29, 6, 30, tzinfo=UTC)
    assert on_shift(zurich, winter)
    assert on_shift(zurich, summer)
    assert not on_shift(zurich, summer + timedelta(hours=1))


def test_a_date_has_its_own_hours_or_none():
    holiday = OtherDay(date="2026-11-23")
    late = OtherDay(date="2026-11-24", hours=(hours("12:00", "13:00"),))
    profile = working((0, "09:00", "17:00"), (1, "09:00", "17:00"), exceptions=(holiday, late))
    assert not on_shift(profile, at("10:00"))
    assert [on_shift(profile, at(clock, 1)) for clock in ("10:00", "12:30")] == [False, True]
    only = Profile(id=MIRA, exceptions=(holiday,))
    assert [on_shift(only, at("10:00", day)) for day in (0, 1)] == [False, True]


def test_without_agreed_hours_somebody_is_always_on_shift():
    assert on_shift(Profile(id=MIRA), MONDAY)


def test_free_is_what_is_not_taken():
    profile = Profile(id=MIRA, capacity={"chat": 2})
    assert free_capacity(profile, {"chat": 5, "mail": 4}) == {"chat": 0, "mail": 16, "voice": 1}
    assert [kind_of("mailto"), kind_of("telegram"), kind_of("tel", speaks=True)] == [
        "mail", "chat", "voice",
    ]  # fmt: skip


def a_sign(**changes):
    made = Sign(agent_id=MIRA, chosen="online", active_at=MONDAY, open_at=MONDAY)
    return replace(made, **changes)


def test_idle_hands_are_away_and_a_closed_page_is_nobody():
    idle = a_sign(chosen="busy", open_at=MONDAY + IDLE + SECOND)
    assert at_work(a_sign(chosen="busy"), MONDAY + GONE) == "busy"
    assert at_work(a_sign(), MONDAY + GONE + SECOND) == "offline"
    assert at_work(idle, MONDAY + IDLE) == "busy"
    assert at_work(idle, MONDAY + IDLE + SECOND) == "away"
    assert at_work(None, MONDAY) == "offline"


def test_a_word_changes_only_what_it_says():
    later = MONDAY + SECOND
    new = a_sign(active_at=later, open_at=later)
    busy = a_sign(chosen="busy")
    assert signed(busy, new, None, active=False) == a_sign(chosen="busy", open_at=later)
    assert signed(busy, new, None, active=True).chosen == "busy"
    assert signed(busy, new, "online", active=False) == new
    assert signed(None, new, None, active=False) == new


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"skills": (Skill(key="returns", level=6),)}, "skills[0].level"),
        ({"skills": (Skill(key="a", level=1), Skill(key="A", level=1))}, "skills"),
        ({"skills": (Skill(key="", level=1),)}, "skills[0].key"),
        ({"languages": ("1",)}, "language"),
        ({"time_zone": "Mars"}, "time_zone"),
        ({"shifts": (Shift(day=7, hours=hours("09:00", "10:00")),)}, "shifts[0].day"),
        ({"shifts": (Shift(day=1, hours=hours("9", "10:00")),)}, "shifts[0].hours"),
        ({"exceptions": (OtherDay(date="2026-02-30"),)}, "exceptions[0].date"),
        ({"capacity": {"chat": -1}}, "capacity.chat"),
    ],
)
def test_a_wrong_profile_is_named(change, field):
    with pytest.raises(Invalid) as caught:
        amended(Profile(id=MIRA), ProfileChange(**change))
    assert caught.value.field == field


def test_a_stale_screen_changes_nothing():
    with pytest.raises(Stale):
        amended(Profile(id=MIRA, version=3), ProfileChange(languages=("de",), version=2))
