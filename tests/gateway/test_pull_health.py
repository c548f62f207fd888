"""What an inbox's health says of a provider that cannot be asked."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from connectors.contract import Health
from gateway.pull_health import with_pulls
from gateway.store import PullState
from tests.ticketing.builders import an_inbox

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
INBOX = msgspec.structs.replace(an_inbox(), version=3, updated_at=NOW - timedelta(days=1))
WELL = Health(ok=True, detail="INBOX on mail.example")
BAD = Health(ok=False, detail="mail.example refuses the login")


def state(**values):
    return PullState(id=INBOX.id, **{"version": 3, "heard_at": NOW, **values})


def ago(**span):
    return NOW - timedelta(**span)


@pytest.mark.parametrize(
    ("checked", "found", "ok", "detail"),
    [
        (WELL, state(), True, "INBOX on mail.example"),
        (WELL, state(updated_at=ago(hours=2)), True, "last came 2026-03-01 10:00 UTC"),
        (WELL, state(failing_since=ago(hours=1), error="cut"), False, "11:00 UTC: cut"),
        (WELL, state(failing_since=ago(seconds=20), error="cut"), True, "INBOX"),
        (WELL, state(failing_since=ago(seconds=20), error="wrong", refused=True), False, "wrong"),
        (WELL, state(failing_since=ago(hours=1), version=2), True, "INBOX"),
        (WELL, state(heard_at=None, updated_at=ago(minutes=1)), True, "INBOX"),
        (WELL, state(heard_at=ago(hours=3)), False, "nobody has read it since 2026-03-01 09:00"),
        (WELL, None, False, "nobody has read it yet"),
        (BAD, state(), False, "refuses the login"),
    ],
)  # fmt: skip
def test_health(checked, found, ok, detail):
    health = with_pulls(checked, found, INBOX, NOW)
    assert (health.ok, detail in health.detail) == (ok, True), health


def test_an_inbox_that_was_made_just_now_is_given_time():
    fresh = msgspec.structs.replace(INBOX, updated_at=ago(minutes=2))
    assert with_pulls(WELL, None, fresh, NOW) == WELL
