"""Everything a journey needs: one running site, the far sides, agents, and inboxes of its own."""

import asyncio
import secrets
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from itertools import count
from typing import Any

import aiohttp

from tests.e2e.customers import Customers, Line
from tests.indexed import indexed
from tests.peers.provider import Provider
from tests.peers.smtp_sink import SmtpSink
from tests.site import EMAIL, PASSWORD, Site

WAIT_S = 20.0
AGENTS = {
    "Mira Okafor": EMAIL,
    "Jun Park": "jun@halden.example",
    "Lena Brandt": "lena@halden.example",
}


class Stage:
    """Inboxes are new for every journey, so that lists hold nothing of another's."""

    def __init__(
        self, site: Site, provider: Provider, sink: SmtpSink, http: aiohttp.ClientSession
    ) -> None:
        self.site = site
        self.provider = provider
        self.sink = sink
        self.customers = Customers(http, site.smtp_port)
        self._numbers = count(1)

    async def hire(self) -> None:
        """The agents beside the administrator, who is there already."""
        for name, email in AGENTS.items():
            if email != EMAIL:
                agent = {"email": email, "name": name, "role": "agent", "password": PASSWORD}
                await self.site.client.call("POST", "/agents", agent)

    async def indexed(self) -> None:
        """What has become tickets can be found by its words."""
        await indexed(self.site.db, self.site.directory / "var")

    async def inbox(self, channel: str, **changes: Any) -> Line:
        """A new inbox whose replies go to the stand-ins, at once unless ``undo_s`` says else."""
        number = next(self._numbers)
        secret = "whsec_" + secrets.token_hex(24)
        wanted: dict[str, tuple[str, dict[str, Any]]] = {
            "email": (
                f"desk{number}@halden.example",
                {"smtp_host": "127.0.0.1", "smtp_port": self.sink.port, "smtp_security": "none"},
            ),
            "api": (
                "",
                {"signing_secret": secret, "callback_url": f"{self.provider.base_url}/callback"},
            ),
            "twilio_sms": (
                f"+1415555{number:04d}",
                {
                    "account_sid": "AC1",
                    "auth_token": secret,
                    "base_url": changes.pop("base_url", self.provider.base_url),
                },
            ),
            "webchat": ("", {}),
        }
        address, settings = wanted[channel]
        name = f"{channel} {number}"
        body = {"channel": channel, "name": name, "address": address, "settings": settings}
        made = await self.site.client.call("POST", "/inboxes", body)
        await self.site.client.call("PATCH", f"/inboxes/{made['id']}", {"undo_s": 0, **changes})
        hook = f"{self.site.url}/hooks/{channel}/{made['id']}"
        return Line(id=made["id"], name=name, address=address, hook_url=hook, secret=secret)

    async def ticket(self, line: Line, *, at_least: int = 1) -> dict[str, Any]:
        """The newest ticket of an inbox, once it has that many."""
        query = {"view": "all", "inbox_id": line.id, "sort": "created"}

        deadline = asyncio.get_running_loop().time() + WAIT_S
        while True:
            page = await self.site.client.call("GET", "/tickets", query=query)
            items: list[dict[str, Any]] = page["items"]
            if len(items) >= at_least:
                return items[0]
            assert asyncio.get_running_loop().time() < deadline, f"{line.name} stays at {items}"
            await asyncio.sleep(0.1)

    def mails_to(self, address: str) -> list[EmailMessage]:
        """What the far mail server took for one recipient, in order."""
        return [
            message_from_bytes(bytes(envelope.original_content or b""), policy=default)
            for envelope in list(self.sink.envelopes)
            if envelope.rcpt_tos == [address]
        ]

    def texts(self, channel: str) -> list[str]:
        """What the provider was asked to send on a channel."""
        return [text for name, _, text in self.provider.sent if name == channel]


def words(mail: EmailMessage) -> str:
    """The plain text of a mail."""
    body = mail.get_body(("plain",))
    return str(body.get_content()).replace("\r\n", "\n") if body else ""


async def until(holds: Callable[[], bool], what: str) -> None:
    """Wait for the far side; fails by time-out, saying what never happened."""
    deadline = asyncio.get_running_loop().time() + WAIT_S
    while not holds():
        assert asyncio.get_running_loop().time() < deadline, f"never happened: {what}"
        await asyncio.sleep(0.05)
