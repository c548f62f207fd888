"""A Mastodon account: who mentions it, publicly or directly, gets an answer in the same circle."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Annotated

import msgspec

from connectors.channels.mastodon.inbound import parse_page
from connectors.channels.mastodon.outbound import MastodonApi
from connectors.channels.mastodon.polling import ROOTS, Polling
from connectors.contract import (
    Account,
    Health,
    OutboundMessage,
    Parsed,
    Pulled,
    SendOutcome,
)
from connectors.http import Http
from connectors.kit.decoding import UNREADABLE
from connectors.kit.probing import probe

EVERY_S = 20.0


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """From Preferences > Development. The inbox's address is the account, as @halden."""

    base_url: Annotated[
        str,
        msgspec.Meta(min_length=1, title="Server", description="https://example.social"),
    ]
    access_token: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="Access token",
            description="Preferences > Development > the application",
            extra={"secret": True},
        ),
    ]


def connect(account: Account, http: Http) -> "MastodonAccount":
    """The connector of one inbox."""
    return MastodonAccount(account, http)


class MastodonAccount:
    """Puller, sender, media and health of one account."""

    idempotent = False  # its keys are remembered for an hour only

    def __init__(self, account: Account, http: Http) -> None:
        settings: Settings = account.settings
        self._http = http
        token = {"authorization": f"Bearer {settings.access_token}"}
        self._polling = Polling(http, settings.base_url, token)
        self._api = MastodonApi(http, settings.base_url, token)

    def pull(self, cursor: str) -> AsyncIterator[Pulled]:
        """See ``Puller``."""
        return self._polling.pull(cursor)

    async def wait(self, seconds: float) -> None:
        """See ``Puller``; servers allow 300 calls in five minutes."""
        await asyncio.sleep(min(seconds, EVERY_S))

    def parse_item(self, body: bytes, headers: Mapping[str, str], received_at: datetime) -> Parsed:
        """See ``Puller``."""
        return parse_page(body, _roots(headers), received_at)

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """See ``Sender``."""
        return await self._api.send(message)

    def rate_keys(self, message: OutboundMessage) -> tuple[str, ...]:
        """One bucket for the account, one for each person."""
        return ("inbox", f"recipient:{message.recipient.canonical}")

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """See ``MediaPort``: files lie at public addresses."""
        return self._http.stream(ref)

    async def check(self) -> Health:
        """See ``HealthChecker``."""
        return await probe(self._api.check)


def _roots(headers: Mapping[str, str]) -> Mapping[str, str]:
    try:
        return msgspec.json.decode(headers.get(ROOTS, "{}"), type=dict[str, str])
    except UNREADABLE:
        return {}
