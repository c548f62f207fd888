"""Messages sent by a channel that is a file, to a stand-in that notes the requests."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from connectors.contract import OutboundFile, OutboundMessage
from connectors.events import SenderId
from connectors.standin import CannedReply, StandInHttp
from tests.connectors.declarative.channels import HEAD, connected

SETTINGS = "[settings]\nkey = { secret = true }\nbase = {}\n"


SEND = '[send]\nurl = "https://api.example.com/send"\n'


def message(text="Hello", files=(), **more):
    recipient = more.pop("recipient", SenderId(family="tel", value="+385916242494"))
    return OutboundMessage(
        id="m1", recipient=recipient, thread_key="", text=text,
        created_at=datetime(2026, 3, 4, tzinfo=UTC), attachments=tuple(files), **more,
    )  # fmt: skip


def file(name="a.pdf", url="https://parley.example/files/1", content=b"bytes"):
    async def pieces() -> AsyncIterator[bytes]:
        yield content

    kind = "image/png" if name.endswith("png") else "application/pdf"
    return OutboundFile(name=name, media_type=kind, size=len(content), open=pieces, url=url)


async def sent(folder, text, *replies, what=None, settings=None):
    """(outcome, the requests that went out)."""
    http = StandInHttp(replies or [CannedReply(body={"id": "p1"})] * 9)
    channel = connected(
        folder,
        HEAD + SETTINGS + text,
        settings or {"key": "k&y", "base": "https://b.example/x"},
        http,
    )
    return await channel.send(what or message()), http.requests


def form(request):
    return {
        n: v[0] if len(v) == 1 else v
        for n, v in parse_qs(
            request.body or urlsplit(request.url).query, keep_blank_values=True
        ).items()
    }
