"""Signatures that several providers share. Comparisons take constant time."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from connectors.errors import Stale, Unauthentic

TOLERANCE = timedelta(minutes=5)
MAX_STAMP = 12
STANDARD_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


def same(one: str | bytes, other: str | bytes) -> bool:
    """Equality that does not tell by its duration where two secrets differ."""
    return hmac.compare_digest(_bytes(one), _bytes(other))


def hmac_hex(key: str | bytes, data: bytes, algorithm: str = "sha256") -> str:
    """Lower case hexadecimal HMAC."""
    return hmac.new(_bytes(key), data, algorithm).hexdigest()


def hmac_base64(key: str | bytes, data: bytes, algorithm: str = "sha256") -> str:
    """Base64 HMAC."""
    return base64.b64encode(hmac.new(_bytes(key), data, algorithm).digest()).decode()


def sign_standard(secret: str, id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of Standard Webhooks 1.0 for an outgoing request."""
    stamp = str(int(at.timestamp()))
    return {
        "webhook-id": id,
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + _standard(secret, id, stamp, body),
    }


def check_standard(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Raises Unauthentic unless one of the signatures (keys may be in rotation) is right and the
    time stamp is within five minutes of ``now``: Stale when only the time is wrong.
    """
    id, stamp, signatures = (headers.get(name, "") for name in STANDARD_HEADERS)
    if not (id and signatures and stamp.isdecimal() and len(stamp) < MAX_STAMP):
        raise Unauthentic(f"{', '.join(STANDARD_HEADERS)} are required")
    expected = _standard(secret, id, stamp, body)
    given = [value for version, _, value in _versions(signatures) if version == "v1"]
    if not any([same(expected, value) for value in given]):
        raise Unauthentic("no signature of webhook-signature fits")
    check_age(datetime.fromtimestamp(int(stamp), UTC), now)


def check_age(signed_at: datetime, now: datetime, tolerance: timedelta = TOLERANCE) -> None:
    """Raises Stale when a rightly signed request is too old, or from the future."""
    if abs(now - signed_at) > tolerance:
        raise Stale(signed_at)


def standard_key(secret: str) -> bytes:
    """``whsec_`` and base64; anything else is taken as it stands.

    ValueError when what follows ``whsec_`` is not base64.
    """
    prefix, found, encoded = secret.partition("whsec_")
    if prefix or not found:
        return secret.encode()
    try:
        return base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError("what follows whsec_ is not base64") from error


def content_id(*parts: str | bytes) -> str:
    """A short digest: the dedupe id of what has none of its own."""
    digest = hashlib.sha256()
    for part in map(_bytes, parts):
        digest.update(len(part).to_bytes(4, "big") + part)
    return digest.hexdigest()[:32]


def _standard(secret: str, id: str, stamp: str, body: bytes) -> str:
    return hmac_base64(standard_key(secret), f"{id}.{stamp}.".encode() + body)


def _versions(signatures: str) -> list[tuple[str, str, str]]:
    return [one.partition(",") for one in signatures.split(" ")]


def _bytes(value: str | bytes) -> bytes:
    """Header values may hold what is no text: it must compare, not raise."""
    return value.encode("utf-8", "backslashreplace") if isinstance(value, str) else value
