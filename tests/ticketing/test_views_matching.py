"""Conditions over every field, and when time alone changes their answer."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.ticketing.builders import NOW, a_ticket
from ticketing.model import OPEN_STATUSES, CheckItem, Contact
from ticketing.permissions import Viewer, sees
from ticketing.views.fields import BUILT_IN, Facts, field_of
from ticketing.views.matching import (
    NOBODY,
    asks_for_me,
    first_wrong,
    matches,
    next_turn,
)
from ticketing.views.model import (
    Around,
    Between,
    Contains,
    Dated,
    Is,
    IsSet,
    NoneOf,
    OneOf,
    SavedView,
)
from ticketing.views.places import place_of, scope_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CUSTOM = {"size": "choice", "amount": "number", "due": "date", "gift": "boolean", "note": "text"}
CONTACT = Contact(
    id="contact-1",
    version=1,
    name="Ana",
    points=(),
    point_keys=(),
    language="de",
    vip=2,
    created_at=NOW,
    updated_at=NOW,
)
TICKET = a_ticket(
    subject="Reißverschluss klemmt",
    status="open",
    priority="high",
    tags=("zip", "Bolzano"),
    contact_name="Ana Kofler",
    assignee_id="jun",
    followers=("mira",),
    channels=("email", "sms"),
    team_id="repairs",
    message_count=3,
    waiting_since=NOW - 5 * HOUR,
    created_at=NOW - 3 * DAY,
    checklist=(CheckItem(id="1", text="parts"), CheckItem(id="2", text="call", done_by="jun")),
    fields={
        "size": ("tent", "xl"),
        "amount": 12.5,
        "due": "2026-03-02",
        "gift": True,
        "note": "帐篷",
    },
)


def view(*all_of, any_of=(), scope="open", **more):
    return SavedView(
        id="v1",
        version=1,
        name="V",
        reach="shared",
        owner_id="mira",
        scope=scope,
        all_of=all_of,
        any_of=any_of,
        created_at=NOW,
        updated_at=NOW,
        **more,
    )


def fits(asked, ticket=TICKET, now=NOW, me=NOBODY):
    return matches(asked, Facts(ticket=ticket, contact=CONTACT), now, me=me, custom=CUSTOM)


def one(field, *values):
    return OneOf(field=field, values=values)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (one("status", "open", "new"), True),
        (one("status", "new"), False),
        (NoneOf(field="status", values=("new",)), True),
        (one("tag", "zip"), True),
        (NoneOf(field="tag", values=("zip",)), False),
        (one("inbox", "inbox-mail"), True),
        (one("channel", "sms"), True),
        (one("assignee", "jun"), True),
        (IsSet(field="assignee", value=True), True),
        (IsSet(field="category", value=True), False),
        (IsSet(field="solved", value=False), True),
        (IsSet(field="fields.amount", value=True), True),
        (one("fields.size", "xl"), True),
        (one("fields.size", "m"), False),
        (Between(field="fields.amount", least=12), True),
        (Between(field="fields.amount", most=12), False),
        (Between(field="messages", least=3, most=3), True),
        (Between(field="undone", least=1, most=1), True),
        (Is(field="fields.gift", value=True), True),
        (Is(field="private", value=False), True),
        (Contains(field="subject", text="REISSVERSCHLUSS"), True),
        (Contains(field="customer", text="kofler"), True),
        (Contains(field="fields.note", text="帐篷"), True),
        (Contains(field="subject", text="zelt"), False),
        (one("language", "de"), True),
        (one("vip", "2"), True),
        (Dated(field="created", since=NOW - 4 * DAY, until=NOW), True),
        (Dated(field="created", until=NOW - 3 * DAY), False),
        (Dated(field="created", since=NOW - 3 * DAY), True),
        (Around(field="waiting_since", to_h=-4), True),
        (Around(field="waiting_since", to_h=-6), False),
        (Around(field="created", from_h=-24 * 7), True),
        (Around(field="solved", from_h=-24), False),
        (Around(field="fields.due", from_h=0, to_h=48), True),
        (one("fields.gone", "x"), False),
        (NoneOf(field="fields.gone", values=("x",)), False),
    ],
)
def test_each_condition(condition, expected):
    assert fits(view(condition)) is expected


def test_all_and_any():
    yes, no = one("tag", "zip"), one("tag", "pole")
    assert fits(view(yes, any_of=(no, yes)))
    assert not fits(view(yes, any_of=(no,)))
    assert not fits(view(yes, no))
    assert fits(view())


def test_scope_and_sleep():
    solved = replace(TICKET, status="solved", open=False)
    assert not fits(view(), solved)
    assert fits(view(scope="all"), solved)
    merged = replace(solved, merged_into="ticket-2")
    assert not fits(view(scope="all"), merged)
    sleeping = replace(TICKET, snoozed_until=NOW + HOUR)
    assert not fits(view(), sleeping)
    assert fits(view(), sleeping, NOW + HOUR)
    assert fits(view(IsSet(field="snoozed_until", value=True)), sleeping)


def test_me_is_whoever_looks():
    mine = view(one("assignee", "me"))
    assert asks_for_me(mine)
    assert fits(mine, me="jun")
    assert not fits(mine, me="mira")
    assert not fits(mine)
    place = place_of(Facts(ticket=TICKET), [mine, view(one("follower", "me"))], NOW, {})
    assert {key for key in place.keys if key.startswith("v:")} == {"v:v1@jun", "v:v1@mira"}


def test_what_cannot_be_asked_names_the_field():
    assert first_wrong([one("fields.gone", "x")], CUSTOM)[0] == "fields.gone"
    assert first_wrong([one("nothing", "x")], CUSTOM)[0] == "nothing"
    assert first_wrong([Between(field="subject", least=1)], CUSTOM)[0] == "subject"
    assert first_wrong([one("status", "new"), Is(field="private", value=True)], CUSTOM) is None


hours = st.one_of(st.none(), st.integers(-200, 200).map(float), st.floats(-200, 200))
moments = st.integers(-10_000_000, 10_000_000).map(lambda s: NOW + timedelta(milliseconds=s * 50))


@given(hours, hours, moments, st.one_of(st.none(), moments), st.floats(0, 1))
def test_nothing_changes_before_the_next_turn(from_h, to_h, waiting, snoozed, share):
    asked = view(Around(field="waiting_since", from_h=from_h, to_h=to_h))
    ticket = replace(TICKET, waiting_since=waiting, snoozed_until=snoozed)
    facts = Facts(ticket=ticket)
    turn = next_turn([asked], facts, NOW, {}) or NOW + timedelta(days=400)
    assert turn > NOW
    before = NOW + (turn - NOW - timedelta(milliseconds=2)) * share
    if before > NOW:
        assert place_of(facts, [asked], before, {}).keys == place_of(facts, [asked], NOW, {}).keys


def test_a_turn_is_when_it_changes():
    asked = view(Around(field="waiting_since", to_h=-6))
    turn = next_turn([asked], Facts(ticket=TICKET), NOW, {})
    assert not fits(asked)
    assert fits(asked, now=turn)
    assert turn <= NOW + HOUR + timedelta(milliseconds=2)


ids = st.sampled_from(["a", "b", "c"])
some = st.lists(ids, max_size=2).map(tuple)
viewers = st.builds(
    Viewer,
    agent_id=ids,
    name=st.just("x"),
    role=st.just("agent"),
    inbox_ids=st.one_of(st.none(), st.frozensets(ids)),
    may=st.sampled_from([frozenset({"read"}), frozenset({"read", "tickets.private"})]),
    reach=st.sampled_from(["all", "team", "own"]),
    team_ids=st.frozensets(ids),
    organisation_ids=st.one_of(st.none(), st.frozensets(ids)),
    type_ids=st.one_of(st.none(), st.frozensets(ids)),
)
tickets = st.builds(
    a_ticket,
    inbox_id=ids,
    inbox_ids=some,
    team_id=st.sampled_from(["", "a", "b"]),
    organisation_id=st.sampled_from(["", "a"]),
    type_id=st.sampled_from(["", "b"]),
    private=st.booleans(),
    assignee_id=st.sampled_from(["", "a", "b"]),
    followers=some,
    status=st.sampled_from(OPEN_STATUSES),
)


@given(viewers, tickets)
def test_a_scope_is_seen_by_exactly_those_who_see_its_tickets(viewer, ticket):
    assert sees(viewer, scope_of(ticket).ticket()) == sees(viewer, ticket)


def test_every_field_is_read():
    for name in BUILT_IN:
        BUILT_IN[name].read(Facts(ticket=TICKET, contact=CONTACT))
        BUILT_IN[name].read(Facts(ticket=a_ticket()))
    assert field_of("fields.due", CUSTOM).read(Facts(ticket=TICKET)) == datetime(
        2026, 3, 2, tzinfo=UTC
    )
