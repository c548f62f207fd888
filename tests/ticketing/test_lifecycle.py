from datetime import UTC, datetime, timedelta

import pytest

from tests.ticketing.builders import a_ticket
from ticketing.lifecycle import AGENT_MAY, on_inbound, on_reply, said_at

NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


def effect(status, said, *, automatic=False):
    ticket = a_ticket(status=status, status_at=NOW, solved_at=NOW if status == "solved" else None)
    return on_inbound(ticket, said, automatic=automatic, reopen_within=24 * HOUR)


@pytest.mark.parametrize(
    ("status", "later", "expected"),
    [
        ("new", HOUR, "keep"),
        ("open", HOUR, "keep"),
        ("waiting", HOUR, "open"),
        ("held", HOUR, "keep"),
        ("solved", HOUR, "open"),
        ("solved", 25 * HOUR, "follow_up"),
        ("closed", HOUR, "follow_up"),
    ],
)
def test_an_inbound_message(status, later, expected):
    assert effect(status, NOW + later) == expected


@pytest.mark.parametrize("status", ["waiting", "solved", "closed"])
def test_robots_change_nothing(status):
    assert effect(status, NOW + 25 * HOUR, automatic=True) == "keep"


@pytest.mark.parametrize("status", ["waiting", "solved"])
def test_what_was_said_before_does_not_reopen_by_arriving_late(status):
    assert effect(status, NOW - HOUR) == "keep"


def test_whole_second_clocks_do_not_count_as_late():
    assert effect("solved", NOW - timedelta(seconds=1)) == "open"


def test_a_broken_clock_counts_as_now():
    assert said_at(datetime(1970, 1, 1, tzinfo=UTC), NOW) == NOW
    assert said_at(NOW - HOUR, NOW) == NOW - HOUR


def test_a_reply_opens_a_new_ticket_or_does_what_was_asked():
    assert on_reply(a_ticket(status="new"), None) == "open"
    assert on_reply(a_ticket(status="waiting"), None) == "waiting"
    assert on_reply(a_ticket(status="open"), "solved") == "solved"


def test_closed_is_the_end():
    assert not AGENT_MAY["closed"]
