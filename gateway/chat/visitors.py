"""Who a browser is, from one visit to the next: an id that we signed for one inbox."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence


class Visitors:
    """``keys`` newest first: older ones still verify after a rotation."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = tuple(keys)

    def new(self) -> str:
        """A visitor id that nobody guesses."""
        return secrets.token_hex(16)

    def token(self, inbox_id: str, visitor_id: str) -> str:
        """What the browser keeps."""
        return f"{visitor_id}.{_sign(self._keys[0], inbox_id, visitor_id)}"

    def visitor(self, inbox_id: str, token: str) -> str | None:
        """The visitor id of a token that we gave out for this inbox; None for any other."""
        visitor_id, _, signature = token.partition(".")
        given = signature.encode("utf-8", "replace")
        for key in self._keys:
            if hmac.compare_digest(_sign(key, inbox_id, visitor_id).encode(), given):
                return visitor_id
        return None


def _sign(key: bytes, inbox_id: str, visitor_id: str) -> str:
    return hmac.new(key, f"{inbox_id}|{visitor_id}".encode(), hashlib.sha256).hexdigest()
