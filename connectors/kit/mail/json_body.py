"""A JSON body with files in it: encoded as they are read, so no file is ever whole in memory."""

import base64
import math
import secrets
from collections.abc import AsyncIterator, Callable, Mapping

import msgspec

from connectors.contract import OutboundFile

_CHUNK = 57 * 1024  # a multiple of three: pieces of base64 join without padding

Chunks = Callable[[], AsyncIterator[bytes]]


class Blob(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes that stand as base64 in a text of the document; ``size`` counts them unencoded."""

    size: int
    open: Chunks


class JsonBody:
    """Build the document with ``blob`` (or ``file``) where content belongs, then ``finish`` it.

    A fresh random mark stands for each content: no text from outside can hold it.
    """

    def __init__(self) -> None:
        self._mark = secrets.token_hex(16)
        self._blobs: dict[str, Blob] = {}
        self._document = b""

    def file(self, file: OutboundFile) -> str:
        """A mark for the base64 of an attachment."""
        return self.blob(Blob(size=file.size, open=file.open))

    def blob(self, blob: Blob) -> str:
        """A mark for the base64 of some bytes."""
        name = f"{self._mark}{len(self._blobs):08}"
        self._blobs[name] = blob
        return name

    def finish(self, document: object) -> "JsonBody":
        """The whole document, marks included."""
        self._document = msgspec.json.encode(document)
        return self

    @property
    def size(self) -> int:
        """Of the body as it goes out: providers want a Content-Length."""
        marks = sum(len(name) for name in self._blobs)
        return len(self._document) - marks + sum(map(_encoded_size, self._blobs.values()))

    @property
    def headers(self) -> Mapping[str, str]:
        """Of a request with this body."""
        return {"Content-Type": "application/json", "Content-Length": str(self.size)}

    def __aiter__(self) -> AsyncIterator[bytes]:
        """The body; it may be read again."""
        return self._chunks()

    async def _chunks(self) -> AsyncIterator[bytes]:
        rest = self._document
        for name, blob in self._blobs.items():
            before, _, rest = rest.partition(name.encode())
            yield before
            async for piece in in_base64(blob.open()):
                yield piece
        yield rest


async def in_base64(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """One text without line ends."""
    rest = b""
    async for chunk in chunks:
        rest += chunk
        whole = len(rest) // _CHUNK * _CHUNK
        if whole:
            yield base64.b64encode(rest[:whole])
            rest = rest[whole:]
    if rest:
        yield base64.b64encode(rest)


def _encoded_size(blob: Blob) -> int:
    return math.ceil(blob.size / 3) * 4
