"""Counts of an inbox by day, and what is said of them."""

from datetime import date, datetime

import msgspec

from connectors.contract import InboxId


class InboxDay(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One inbox on one day (UTC). ``hours`` counts what came in by hour ("00" to "23")."""

    id: str = msgspec.field(name="_id")
    v: int = 1
    hours: dict[str, int] = {}
    sent: int = 0
    failed: int = 0
    last_in_at: datetime | None = None
    last_out_at: datetime | None = None

    @property
    def received(self) -> int:
        """All of the day."""
        return sum(self.hours.values())


class Silence(msgspec.Struct, frozen=True, kw_only=True):
    """Whole hours without a message, and how many were usual: the longest run in two weeks."""

    inbox_id: InboxId = msgspec.field(name="_id")
    since: datetime
    hours: int
    usual_hours: int


class Traffic(msgspec.Struct, frozen=True, kw_only=True):
    """An inbox lately: ``received``, ``sent`` and ``failed`` in the last seven days."""

    last_in_at: datetime | None
    last_out_at: datetime | None
    received: int
    sent: int
    failed: int
    silence: Silence | None


def day_id(inbox_id: str, day: date) -> str:
    """The key of an InboxDay."""
    return f"{inbox_id}|{day.isoformat()}"
