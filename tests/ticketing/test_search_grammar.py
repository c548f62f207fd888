"""The line that people type: every one is understood, and says as what."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ticketing.builders import NOW, a_ticket
from ticketing.permissions import Viewer
from ticketing.search.asked import LineName, NameBook, day_span, understand
from ticketing.search.grammar import MAX_PARTS, OPERATORS, Part, parts_of

MIRA = Viewer(agent_id="agent-mira", name="Mira Okafor", role="agent", inbox_ids=None)
BOOK = NameBook(
    inboxes=[
        LineName(id="i1", channel="email", names=("Support", "support@halden.example")),
        LineName(id="i2", channel="telegram", names=("Bot",)),
    ],
    agents={"agent-jun": ("Jun Park", "jun@halden.example")},
    teams={"t1": ("Repairs",)},
)


def part(text, value, op="", **more):
    return Part(text=text, value=value, op=op, **more)


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("zip broken", [part("zip", "zip"), part("broken", "broken")]),
        ("from:ana", [part("from:ana", "ana", "from")]),
        ("FROM:Ana", [part("FROM:Ana", "Ana", "from")]),
        ('from:"Ana Kofler" x', [part('from:"Ana Kofler"', "Ana Kofler", "from", quoted=True),
                                 part("x", "x")]),
        ('"zip broken"', [part('"zip broken"', "zip broken", quoted=True)]),
        ("“拉链 坏了”", [part("“拉链 坏了”", "拉链 坏了", quoted=True)]),
        ('"never closed', [part('"never closed', "never closed", quoted=True)]),
        ("-zip", [part("-zip", "zip", negated=True)]),
        ("-tag:vip", [part("-tag:vip", "vip", "tag", negated=True)]),
        ("标签:x", [part("标签:x", "标签:x")]),
        ("tag：退款", [part("tag：退款", "退款", "tag")]),
        ("foo:bar", [part("foo:bar", "foo:bar")]),
        ("http://a.b/c", [part("http://a.b/c", "http://a.b/c")]),
        ("tag:", [part("tag:", "tag:")]),
        ('""', []),
        ("", []),
    ],
)  # fmt: skip
def test_parts(line, parts):
    assert list(parts_of(line)) == parts


@given(st.text(max_size=300) | st.text(alphabet='ab:"-“” #', max_size=80))
def test_no_line_is_refused_and_none_loses_words(line):
    found = parts_of(line)
    assert len(found) <= MAX_PARTS + 1
    asked = understand(line, MIRA, BOOK, NOW)
    assert len(asked.understood) == len(found)
    for letter in (one for one in line if one.isalnum()):
        assert any(letter in one.text for one in found)


def would_fit(line, viewer=MIRA, **changes):
    asked = understand(line, viewer, BOOK, NOW)
    assert asked.words == ()
    return all(test(a_ticket(**changes)) for test in asked.of_ticket)


@pytest.mark.parametrize(
    ("line", "fits", "fits_not"),
    [
        ("is:open", {"status": "waiting"}, {"status": "solved"}),
        ("-is:open", {"status": "solved"}, {"status": "new"}),
        ("is:solved", {"status": "solved"}, {"status": "open"}),
        ("is:unassigned", {}, {"assignee_id": "agent-jun"}),
        ("is:mine", {"assignee_id": "agent-mira"}, {"assignee_id": "agent-jun"}),
        ("is:snoozed", {"snoozed_until": datetime(2100, 1, 1, tzinfo=UTC)}, {}),
        ("is:private", {"private": True}, {}),
        ("assignee:me", {"assignee_id": "agent-mira"}, {}),
        ("assignee:none", {}, {"assignee_id": "agent-mira"}),
        ("assignee:jun", {"assignee_id": "agent-jun"}, {"assignee_id": "agent-mira"}),
        ("team:repairs", {"team_id": "t1"}, {}),
        ("tag:VIP", {"tags": ("vip",)}, {"tags": ("vip2",)}),
        ("status:held", {"status": "held"}, {}),
        ("priority:high", {"priority": "high"}, {}),
        ("channel:tele", {"inbox_ids": ("i2",)}, {"inbox_ids": ("i1",)}),
        ("inbox:support", {"inbox_ids": ("i1",)}, {"inbox_ids": ("i2",)}),
        ("inbox:nowhere", None, {"inbox_ids": ("i1",)}),
        ("-number:7", {"number": 8}, {"number": 7}),
    ],
)
def test_operators_of_tickets(line, fits, fits_not):
    assert fits is None or would_fit(line, **fits)
    assert not would_fit(line, **fits_not)


@pytest.mark.parametrize(
    "line", ["is:nonsense", "before:yesterweek", "has:legs", "number:x", "inbox:nowhere"]
)
def test_what_is_not_understood_says_so(line):
    (one,) = understand(line, MIRA, BOOK, NOW).understood
    assert one.note


def test_what_a_role_hides_cannot_be_asked():
    blind = Viewer(
        agent_id="a", name="A", role="agent", inbox_ids=None, field_rules={"tags": "hidden"}
    )
    asked = understand("tag:secret", blind, BOOK, NOW)
    assert asked.of_ticket == ()
    assert asked.understood[0].note


def test_hidden_inboxes_have_no_name():
    jun = Viewer(agent_id="j", name="J", role="agent", inbox_ids=frozenset({"i2"}))
    (one,) = understand("inbox:support", jun, BOOK, NOW).understood
    assert one.note
    assert not would_fit("channel:email", jun, inbox_ids=("i1", "i2"))


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("2026-02-28", "2026-02-28", "2026-03-01"),
        ("2026-12", "2026-12-01", "2027-01-01"),
        ("2026", "2026-01-01", "2027-01-01"),
        ("today", "2026-03-01", "2026-03-02"),
        ("昨天", "2026-02-28", "2026-03-01"),
    ],
)
def test_dates(text, since, until):
    days = (datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (since, until))
    assert day_span(text, NOW) == tuple(days)


@pytest.mark.parametrize("text", ["2026-13", "2026-02-30", "0000", "9999", "soon", "2026-1-1-1"])
def test_no_dates(text):
    assert day_span(text, NOW) is None


def test_dates_narrow_and_words_stay_words():
    asked = understand("zip after:2026-01 before:2026-02-01 -tent", MIRA, BOOK, NOW)
    assert asked.words == ("zip",)
    assert asked.without == (frozenset({"tent"}),)
    assert asked.since == datetime(2026, 1, 1, tzinfo=UTC)
    assert asked.until == datetime(2026, 2, 1, tzinfo=UTC)


def test_every_operator_is_read():
    for op in OPERATORS:
        (one,) = understand(f"{op}:7", MIRA, BOOK, NOW).understood
        assert (one.kind, one.op) == ("filter", op)
