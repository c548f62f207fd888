"""Files that come inside a request: ``data:`` URLs (RFC 2397), base64 only."""

import base64
import binascii
from collections.abc import AsyncIterator

from connectors.errors import FetchFailed

SCHEME = "data:"
MARK = ";base64,"


def inline_url(content: str, media_type: str) -> str:
    """The link that stands for ``content``, which is base64."""
    return f"{SCHEME}{media_type}{MARK}{content}"


def media_type_of(url: str) -> str:
    """What its head says, "" for nothing."""
    return url.removeprefix(SCHEME).partition(";")[0]


async def inline_bytes(url: str) -> AsyncIterator[bytes]:
    """The file itself. Raises FetchFailed, for good."""
    _, found, content = url.partition(MARK)
    try:
        # line ends are usual, and "-_" for "+/" is as good
        raw = "".join(content.split()).translate(str.maketrans("-_", "+/")).rstrip("=")
        decoded = base64.b64decode(raw + "=" * (-len(raw) % 4), validate=True)
    except (binascii.Error, ValueError):
        found = ""
    if not found:
        raise FetchFailed("the file inside the request is no base64", retry=False)
    yield decoded
