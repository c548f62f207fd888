"""Identifiers: random ones for what people make, derived ones for what may arrive twice."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford base 32, lower case: sorts as bytes
_TIME_DIGITS = 10  # 50 bits of milliseconds: until the year 37,000
_RANDOM_DIGITS = 13  # 65 bits


def _base32(number: int, digits: int) -> str:
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range((digits - 1) * 5, -1, -5))


def new_id(now: datetime) -> str:
    """23 characters that sort by ``now`` (milliseconds), the tail random."""
    millis = int(now.timestamp() * 1000)
    return _base32(millis, _TIME_DIGITS) + _base32(
        secrets.randbits(_RANDOM_DIGITS * 5), _RANDOM_DIGITS
    )


def first_id(moment: datetime) -> str:
    """Sorts before every ``new_id`` of that millisecond and after those of earlier ones."""
    return _base32(int(moment.timestamp() * 1000), _TIME_DIGITS)


def moment_of(id: str) -> datetime:
    """When a ``new_id`` was made."""
    millis = 0
    for digit in id[:_TIME_DIGITS]:
        millis = millis * 32 + _ALPHABET.index(digit)
    return datetime.fromtimestamp(millis // 1000, UTC) + timedelta(milliseconds=millis % 1000)


def derived_id(*parts: str) -> str:
    """26 characters (130 bits of SHA-256) that are the same for the same parts, on any machine.

    Parts are length-prefixed, so ("ab", "c") and ("a", "bc") differ.
    """
    digest = hashlib.sha256(
        b"".join(
            b"%d:%s" % (len(raw := part.encode("utf-8", "surrogatepass")), raw) for part in parts
        )
    ).digest()
    return _base32(int.from_bytes(digest[:17], "big") >> 6, 26)


def truncate(moment: datetime) -> datetime:
    """An aware moment as BSON keeps it: UTC, whole milliseconds."""
    utc = moment.astimezone(UTC)
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


def utc_now() -> datetime:
    """The host's clock, for edges; policies take ``now`` as a parameter."""
    return truncate(datetime.now(UTC))
