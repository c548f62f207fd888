"""Foreign JSON as a type, or Malformed: whatever the bytes are."""

from typing import TypeVar

import msgspec

from connectors.errors import Malformed

T = TypeVar("T")

# The last one: lists within lists, deeper than any provider means.
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def decode_json(body: bytes, kind: type[T], what: str) -> T:
    """``body`` as ``kind``; Malformed says that it is "not ``what``", and where."""
    try:
        return msgspec.json.decode(body, type=kind)
    except UNREADABLE as error:
        raise Malformed(f"not {what}: {error}") from error
