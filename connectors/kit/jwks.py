"""Requests that prove themselves by a JSON Web Token under keys that the provider publishes."""

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import jwt
import msgspec

from connectors.contract import WebhookRequest
from connectors.errors import FetchFailed, Unauthentic
from connectors.http import Http, LineBroken, NotSent

LOOK_AGAIN_S = 300.0  # for a key that is not known: somebody may only pretend that there is one
LEEWAY_S = 300
ALGORITHMS = ["RS256"]
BEARER = "bearer "
# times are checked apart: by the clock of the request's arrival
CHECKED = {"require": ["aud", "iss", "exp"], "verify_exp": False, "verify_nbf": False}


class _Found(msgspec.Struct, frozen=True, kw_only=True):
    jwks_uri: str = ""


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a token must be for, and from."""

    audience: str
    issuers: tuple[str, ...]


class KeySet:
    """A provider's keys, fetched when one is asked for that is not known."""

    def __init__(self, http: Http, url: str) -> None:
        self._http = http
        self._url = url
        self._keys: dict[str, jwt.PyJWK] = {}
        self._asked_at = float("-inf")

    async def prepare(self, request: WebhookRequest) -> None:
        """See ``Preparer``."""
        now = request.received_at.timestamp()
        kid = _kid(bearer(request))
        if kid and kid not in self._keys and now - self._asked_at >= LOOK_AGAIN_S:
            self._asked_at = now
            self._keys = await self._fetched()

    async def _fetched(self) -> dict[str, jwt.PyJWK]:
        """``url`` is the key set, or an OpenID configuration that names it."""
        body = await self._get(self._url)
        try:
            named = msgspec.json.decode(body, type=_Found).jwks_uri
            keys = jwt.PyJWKSet.from_json((await self._get(named) if named else body).decode())
        except (msgspec.DecodeError, jwt.PyJWTError, UnicodeDecodeError, ValueError) as error:
            raise FetchFailed(f"the provider's keys cannot be read: {error}", retry=True) from error
        return {key.key_id: key for key in keys.keys if key.key_id}

    async def _get(self, url: str) -> bytes:
        try:
            reply = await self._http.request("GET", url, timeout_s=4)
        except (NotSent, LineBroken) as error:
            raise FetchFailed(f"the provider's keys: {error}", retry=True) from error
        if not reply.ok:
            raise FetchFailed(f"the provider's keys: answered {reply.status}", retry=True)
        return reply.body

    def claims(self, request: WebhookRequest, expected: Expected) -> Mapping[str, Any]:
        """What a rightly signed token says. Raises Unauthentic."""
        token = bearer(request)
        key = self._keys.get(_kid(token)) if _spelt_once(token) else None
        if key is None:
            raise Unauthentic("the token is signed by no key of the provider's")
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=ALGORITHMS,
                audience=expected.audience,
                leeway=LEEWAY_S,
                # by the clock of the request's arrival, not of its check
                options={
                    "require": ["aud", "iss", "exp"],
                    "verify_exp": False,
                    "verify_nbf": False,
                },
            )
        except jwt.PyJWTError as error:
            raise Unauthentic(f"the token does not fit: {error}") from error
        if claims["iss"] not in expected.issuers:
            raise Unauthentic(f"the token is from {claims['iss']!r}")
        _check_time(claims, request.received_at)
        return claims


def bearer(request: WebhookRequest) -> str:
    """The token of the Authorization header, or ""."""
    header = request.headers.get("authorization", "")
    return header[len(BEARER) :].strip() if header.lower().startswith(BEARER) else ""


def _kid(token: str) -> str:
    try:
        return str(jwt.get_unverified_header(token).get("kid", "")) if token else ""
    except (jwt.PyJWTError, UnicodeEncodeError):
        return ""


def _spelt_once(token: str) -> bool:
    """base64 has several spellings of the same bytes: only the provider's own is a signature."""
    signature = token.rpartition(".")[2]
    try:
        raw = base64.urlsafe_b64decode(signature.encode("ascii") + b"=" * (-len(signature) % 4))
    except ValueError:
        return False
    return base64.urlsafe_b64encode(raw).decode().rstrip("=") == signature


def _check_time(claims: Mapping[str, Any], received_at: datetime) -> None:
    now = received_at.timestamp()
    try:
        begins, ends = float(claims.get("nbf", 0)), float(claims["exp"])
    except (TypeError, ValueError) as error:
        raise Unauthentic("the token's times are none") from error
    if not begins - LEEWAY_S <= now <= ends + LEEWAY_S:
        raise Unauthentic("the token has expired, or is not valid yet")
