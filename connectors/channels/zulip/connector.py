"""A Zulip bot: topics of channels and direct messages."""

import base64
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Annotated

import msgspec

from connectors.acts import OutboundAct
from connectors.channels.zulip.acting import perform
from connectors.channels.zulip.inbound import parse_page
from connectors.channels.zulip.outbound import ZulipApi
from connectors.channels.zulip.queue import Queue
from connectors.contract import (
    Account,
    Health,
    OutboundMessage,
    Parsed,
    Pulled,
    SendOutcome,
)
from connectors.errors import FetchFailed
from connectors.http import Http, LineBroken, NotSent
from connectors.kit.probing import probe

UPLOADS = "/user_uploads/"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """From Settings > Bots. The inbox's address is the bot's: halden-bot@example.zulipchat.com."""

    base_url: Annotated[
        str,
        msgspec.Meta(min_length=1, title="Server", description="https://example.zulipchat.com"),
    ]
    api_key: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="API key",
            description="Settings > Bots > the bot",
            extra={"secret": True},
        ),
    ]


class _Temporary(msgspec.Struct, frozen=True, kw_only=True):
    url: str


def connect(account: Account, http: Http) -> "ZulipBot":
    """The connector of one inbox."""
    return ZulipBot(account, http)


class ZulipBot:
    """Puller, sender, media and health of one bot."""

    idempotent = False  # local_id is only told back, not remembered

    def __init__(self, account: Account, http: Http) -> None:
        settings: Settings = account.settings
        self._email = account.address
        self._http = http
        self._base_url = settings.base_url.rstrip("/")
        login = base64.b64encode(f"{account.address}:{settings.api_key}".encode()).decode()
        self._headers = {"authorization": f"Basic {login}"}
        self._queue = Queue(http, settings.base_url, self._headers)
        self._api = ZulipApi(http, settings.base_url, self._headers)

    def pull(self, cursor: str) -> AsyncIterator[Pulled]:
        """See ``Puller``."""
        return self._queue.pull(cursor)

    async def wait(self, seconds: float) -> None:
        """See ``Puller``."""
        await self._queue.wait(seconds)

    def parse_item(self, body: bytes, headers: Mapping[str, str], received_at: datetime) -> Parsed:
        """See ``Puller``."""
        return parse_page(body, received_at, self._email)

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """See ``Sender``."""
        return await self._api.send(message)

    async def act(self, act: OutboundAct) -> SendOutcome:
        """See ``ActSender``."""
        return await perform(self._api, act)

    def rate_keys(self, message: OutboundMessage) -> tuple[str, ...]:
        """One bucket for the bot, one for each topic."""
        return ("inbox", f"recipient:{message.thread_key or message.recipient.canonical}")

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """See ``MediaPort``: a path that is exchanged for one that opens for a minute."""
        if not ref.startswith(UPLOADS) or ".." in ref:
            raise FetchFailed("not a file of Zulip", retry=False)
        try:
            reply = await self._http.request(
                "GET", f"{self._base_url}/api/v1{ref}", headers=self._headers
            )
        except (NotSent, LineBroken) as error:
            raise FetchFailed(str(error), retry=True) from error
        found = reply.read(_Temporary)
        if not reply.ok or found is None or not found.url.startswith("/"):
            gone = reply.status in {400, 403, 404}
            raise FetchFailed(f"answered {reply.status}", retry=not gone, status=reply.status)
        return self._http.stream(f"{self._base_url}{found.url}")

    async def check(self) -> Health:
        """See ``HealthChecker``."""
        return await probe(self._api.check)
