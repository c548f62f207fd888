"""Public links to files of replies, for providers that fetch files themselves. Pure.

A link names its message and file, says until when, and carries our signature: no list of links
is kept, and what is erased, or taken back, can no longer be fetched.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from normalizer.model import MessageId
from outbound.errors import LinkExpired, LinkForged

# Twilio keeps a message in its queue for at most ten hours ("Validity Period").
OPEN_FOR = timedelta(hours=12)
PATH = "/files/"
_MAC_BYTES = 16
_LONGEST = 500


class Linked(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What a link opens; ``until`` in Unix seconds."""

    message_id: MessageId
    file_id: str
    until: int


class FileLinks:
    """Signs with the newest key, accepts those of every key that is still in the ring."""

    def __init__(self, keys: Sequence[bytes], public_url: str) -> None:
        self._keys = tuple(keys)
        self._public_url = public_url.rstrip("/")

    def link(self, message_id: MessageId, file_id: str, now: datetime) -> str:
        """``https://desk.example/files/<token>``, open until ``now`` and twelve hours."""
        until = int((now + OPEN_FOR).timestamp())
        linked = Linked(message_id=message_id, file_id=file_id, until=until)
        payload = msgspec.json.encode(linked)
        token = base64.urlsafe_b64encode(_mac(self._keys[0], payload) + payload).rstrip(b"=")
        return f"{self._public_url}{PATH}{token.decode()}"

    def opened(self, token: str, now: datetime) -> Linked:
        """What a token names. Raises LinkForged, LinkExpired."""
        mac, payload = _parts(token)
        if not any([hmac.compare_digest(mac, _mac(key, payload)) for key in self._keys]):
            raise LinkForged
        linked = msgspec.json.decode(payload, type=Linked)
        if datetime.fromtimestamp(linked.until, UTC) < now:
            raise LinkExpired
        return linked


def _parts(token: str) -> tuple[bytes, bytes]:
    if len(token) > _LONGEST or not token.isascii():
        raise LinkForged
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise LinkForged from error
    return raw[:_MAC_BYTES], raw[_MAC_BYTES:]


def _mac(key: bytes, payload: bytes) -> bytes:
    return hmac.digest(key, b"file-link:" + payload, hashlib.sha256)[:_MAC_BYTES]
