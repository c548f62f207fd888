"""Times as providers write them, or Malformed."""

from datetime import UTC, datetime

from connectors.errors import Malformed


def from_epoch(seconds: float | str) -> datetime:
    """Seconds since 1970, as a number or as text."""
    try:
        return datetime.fromtimestamp(float(seconds), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise Malformed(f"{seconds!r} is no time") from error


def from_iso(text: str) -> datetime:
    """ISO 8601; without a zone it is UTC. More digits than microseconds are dropped."""
    try:
        found = datetime.fromisoformat(text.strip().replace(" ", "T", 1))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Malformed(f"{text!r} is no time") from error
