"""The way out of automatic mail: a signed link for List-Unsubscribe (RFC 2369, RFC 8058). Pure."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

import msgspec

from outbound.errors import LinkForged
from outbound.recipients import canonical

PATH = "/unsubscribe/"
_MAC_BYTES = 16
_LONGEST = 700


class Leaving(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Who leaves."""

    address: str


class LeavingLinks:
    """Signs with the newest key, accepts those of every key that is still in the ring."""

    def __init__(self, keys: Sequence[bytes], public_url: str) -> None:
        self._keys = tuple(keys)
        self._public_url = public_url.rstrip("/")

    def link(self, address: str) -> str:
        """``https://desk.example/unsubscribe/<token>``; it never ends, as mails lie for years."""
        payload = msgspec.json.encode(Leaving(address=canonical(address)))
        token = base64.urlsafe_b64encode(_mac(self._keys[0], payload) + payload).rstrip(b"=")
        return f"{self._public_url}{PATH}{token.decode()}"

    def opened(self, token: str) -> str:
        """The address that a token names. Raises LinkForged."""
        mac, payload = _parts(token)
        if not any([hmac.compare_digest(mac, _mac(key, payload)) for key in self._keys]):
            raise LinkForged
        return msgspec.json.decode(payload, type=Leaving).address


def _parts(token: str) -> tuple[bytes, bytes]:
    if len(token) > _LONGEST or not token.isascii():
        raise LinkForged
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise LinkForged from error
    return raw[:_MAC_BYTES], raw[_MAC_BYTES:]


def _mac(key: bytes, payload: bytes) -> bytes:
    return hmac.digest(key, b"leaving:" + payload, hashlib.sha256)[:_MAC_BYTES]
