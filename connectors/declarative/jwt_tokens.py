"""JSON web tokens (RFC 7519) that sign a request: their signature, claims and times.

The library's algorithms do the mathematics; the rest is stricter than it is: a signature has one
spelling only, and times are held against the moment at which the request came.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from jwt.algorithms import get_default_algorithms
from jwt.exceptions import InvalidKeyError

from connectors.declarative.documents import Lazy
from connectors.declarative.encodings import DECODE, ENCODE
from connectors.declarative.templates import Template
from connectors.declarative.texts import as_text
from connectors.errors import Stale, Unauthentic
from connectors.kit.signatures import same

JWT_ALGORITHMS = get_default_algorithms()
JWT_PARTS = 3


def payload_of(token: str, key: bytes, algorithms: Sequence[str]) -> dict[str, Any]:
    """The claims of a rightly signed token. Raises Unauthentic."""
    parts = token.split(".")
    try:
        if len(parts) != JWT_PARTS:
            raise Unauthentic("no JSON web token")
        head, claims, signature = (DECODE["base64url"](part) for part in parts)
        name = msgspec.json.decode(head, type=dict[str, Any]).get("alg")
        algorithm = JWT_ALGORITHMS[str(name)] if name in algorithms else None
        if algorithm is None or not same(ENCODE["base64url"](signature), parts[2]):
            raise Unauthentic("the token is signed in another way")
        signed = token.rpartition(".")[0].encode()
        if not algorithm.verify(signed, algorithm.prepare_key(key), signature):
            raise Unauthentic("the token's signature does not fit")
        return msgspec.json.decode(claims, type=dict[str, Any])
    except (msgspec.DecodeError, ValueError, TypeError, InvalidKeyError) as error:
        raise Unauthentic("the token cannot be read") from error


def same_claims(payload: Mapping[str, Any], claims: Mapping[str, Template], document: Lazy) -> None:
    for name, template in claims.items():
        wanted, given = template.text(document), payload.get(name)
        if not same(_claim(given), wanted) or (given is None) != (not wanted):
            raise Unauthentic(f"the token's {name} does not fit this request")


def _claim(value: object) -> str:
    try:
        return as_text(value)
    except ValueError:
        return ""


def in_time(payload: Mapping[str, Any], now: datetime, leeway: timedelta) -> None:
    """``nbf`` and ``exp`` (RFC 7519 section 4.1), where they are there."""
    try:
        start, end = (
            datetime.fromtimestamp(payload[name], UTC) if name in payload else None
            for name in ("nbf", "exp")
        )
    except (ValueError, TypeError, OverflowError, OSError) as error:
        raise Unauthentic("the token's times cannot be read") from error
    if start and end and start > end:
        raise Unauthentic("the token ends before it begins")
    if (start and now + leeway < start) or (end and now - leeway > end):
        raise Stale(start or end or now)
