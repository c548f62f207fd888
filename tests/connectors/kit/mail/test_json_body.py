"""Bodies with files in them: valid JSON, of the length that is announced, files read in pieces."""

import base64
import json
from collections.abc import AsyncIterator

import pytest

from connectors.contract import OutboundFile
from connectors.kit.mail.json_body import JsonBody


class Source:
    """Counts how much of it is in memory at a time."""

    def __init__(self, content: bytes, piece: int) -> None:
        self.content = content
        self.piece = piece

    async def open(self) -> AsyncIterator[bytes]:
        for at in range(0, len(self.content), self.piece):
            yield self.content[at : at + self.piece]


def file(content: bytes, piece: int = 1000) -> OutboundFile:
    source = Source(content, piece)
    return OutboundFile(name="a", media_type="x/y", size=len(content), open=source.open)


async def sent(body: JsonBody) -> bytes:
    return b"".join([piece async for piece in body])


@pytest.mark.parametrize("size", [0, 1, 2, 3, 57 * 1024 - 1, 57 * 1024, 57 * 1024 + 1, 300_000])
@pytest.mark.parametrize("piece", [1000, 65_536])
async def test_the_document_with_its_files(size, piece):
    content = bytes(i % 251 for i in range(size))
    body = JsonBody()
    body.finish(
        {"text": 'größer "木"\n', "files": [body.file(file(content, piece)), body.file(file(b"x"))]}
    )
    raw = await sent(body)
    assert json.loads(raw) == {
        "text": 'größer "木"\n',
        "files": [base64.b64encode(content).decode(), "eA=="],
    }
    assert body.headers["Content-Length"] == str(len(raw))


async def test_it_may_be_read_again():
    body = JsonBody()
    body.finish({"file": body.file(file(b"abc"))})
    assert await sent(body) == await sent(body)


async def test_a_large_file_is_never_whole_in_memory():
    body = JsonBody()
    body.finish({"file": body.file(file(bytes(3_000_000), 65_536))})
    assert max([len(piece) async for piece in body]) < 200_000


async def test_two_bodies_of_the_same_message_are_the_same():
    """Providers compare what comes under one idempotency key."""
    bodies = [JsonBody(), JsonBody()]
    for body in bodies:
        body.finish({"file": body.file(file(b"abc")), "text": "x"})
    assert await sent(bodies[0]) == await sent(bodies[1])
