"""A Bluesky account: who mentions it, answers it, or writes it in a chat."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Annotated, Literal

import msgspec

from connectors.channels.bluesky.inbound import parse_page
from connectors.channels.bluesky.outbound import BlueskyApi
from connectors.channels.bluesky.polling import OWN, Polling
from connectors.channels.bluesky.session import Session
from connectors.contract import (
    Account,
    Health,
    OutboundMessage,
    Parsed,
    Pulled,
    SendOutcome,
)
from connectors.http import Http
from connectors.kit.probing import probe

EVERY_S = 15.0


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The inbox's address is the account's handle: halden.bsky.social."""

    app_password: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="App password",
            description="Settings > Privacy and security > App passwords: xxxx-xxxx-xxxx-xxxx",
            extra={"secret": True},
        ),
    ]
    listen: Annotated[
        Literal["posts", "posts_and_chat"],
        msgspec.Meta(
            title="What is taken",
            description="posts_and_chat needs an app password that may read direct messages",
        ),
    ] = "posts"
    base_url: Annotated[
        str, msgspec.Meta(title="Server", description="Where the account is kept")
    ] = "https://bsky.social"


def connect(account: Account, http: Http) -> "BlueskyAccount":
    """The connector of one inbox."""
    return BlueskyAccount(account, http)


class BlueskyAccount:
    """Puller, sender, media and health of one account."""

    idempotent = False

    def __init__(self, account: Account, http: Http) -> None:
        settings: Settings = account.settings
        self._http = http
        login = (account.address.removeprefix("@"), settings.app_password)
        session = Session(http, account.tokens, settings.base_url, login)
        self._polling = Polling(session, chats=settings.listen == "posts_and_chat")
        self._api = BlueskyApi(session, account.address)

    def pull(self, cursor: str) -> AsyncIterator[Pulled]:
        """See ``Puller``."""
        return self._polling.pull(cursor)

    async def wait(self, seconds: float) -> None:
        """See ``Puller``."""
        await asyncio.sleep(min(seconds, EVERY_S))

    def parse_item(self, body: bytes, headers: Mapping[str, str], received_at: datetime) -> Parsed:
        """See ``Puller``."""
        return parse_page(body, headers.get(OWN, ""), received_at)

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """See ``Sender``."""
        return await self._api.send(message)

    def rate_keys(self, message: OutboundMessage) -> tuple[str, ...]:
        """One bucket for the account, one for each person."""
        return ("inbox", f"recipient:{message.recipient.canonical}")

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """See ``MediaPort``: pictures lie at public addresses."""
        return self._http.stream(ref)

    async def check(self) -> Health:
        """See ``HealthChecker``."""
        return await probe(self._api.check)
