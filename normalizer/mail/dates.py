"""The Date field, or None: a bad date never costs the mail."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

_ISO = re.compile(r"\s*\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")
_MAX_OFFSET = 86_340


def parse_date(value: str) -> datetime | None:
    """An aware UTC time; a missing or unknown zone reads as UTC (RFC 5322 section 4.3)."""
    try:
        return _rfc5322(value) or _iso(value)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def _rfc5322(value: str) -> datetime | None:
    parsed = parsedate_tz(value)
    if parsed is None:
        return None
    offset = parsed[9] or 0
    zone = timezone(timedelta(seconds=offset)) if abs(offset) < _MAX_OFFSET else UTC
    return datetime(*parsed[:6], tzinfo=zone).astimezone(UTC)


def _iso(value: str) -> datetime | None:
    if not _ISO.match(value):
        return None
    moment = datetime.fromisoformat(value.strip())
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
