"""A Signal number of our own. Signal has no API for machines: a signal-cli daemon is in between."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Annotated
from urllib.parse import parse_qs

import msgspec

from connectors.acts import Correspondent, OutboundAct
from connectors.channels.signal.acting import perform, show_typing
from connectors.channels.signal.daemon import Daemon
from connectors.channels.signal.inbound import GROUP, parse_event
from connectors.contract import Account, Health, OutboundMessage, Parsed, SendOutcome, Sink
from connectors.errors import FetchFailed
from connectors.http import Http
from connectors.kit.probing import probe


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The inbox's address is the number: +4712345678."""

    base_url: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="Daemon",
            description="Where signal-cli listens: http://127.0.0.1:8080",
        ),
    ]


def connect(account: Account, http: Http) -> "SignalNumber":
    """The connector of one inbox."""
    return SignalNumber(account, http)


class SignalNumber:
    """Streamer, sender, media and health of one number."""

    idempotent = False

    def __init__(self, account: Account, http: Http) -> None:
        settings: Settings = account.settings
        self._number = account.address
        self._daemon = Daemon(http, settings.base_url, account.address)

    async def run(self, sink: Sink) -> None:
        """See ``Streamer``."""
        await self._daemon.run(sink)

    def parse_item(self, body: bytes, headers: Mapping[str, str], received_at: datetime) -> Parsed:
        """See ``Streamer``."""
        return parse_event(body, self._number, received_at)

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """See ``Sender``."""
        return await self._daemon.send(message)

    async def act(self, act: OutboundAct) -> SendOutcome:
        """See ``ActSender``."""
        return await perform(self._daemon, act)

    async def show_typing(self, to: Correspondent) -> SendOutcome:
        """See ``TypingSender``."""
        return await show_typing(self._daemon, to)

    def rate_keys(self, message: OutboundMessage) -> tuple[str, ...]:
        """One bucket for the number, one for each person or group."""
        return ("inbox", f"recipient:{message.thread_key or message.recipient.canonical}")

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """See ``MediaPort``: an attachment of a conversation, or a sticker of a pack."""
        asked = {name: values[0] for name, values in parse_qs(ref).items()}
        if "pack" in asked and asked.get("sticker", "").isdecimal():
            params = {"packId": asked["pack"], "stickerId": int(asked["sticker"])}
            return self._daemon.fetch("getSticker", params)
        if "id" not in asked:
            raise FetchFailed("not a file of signal-cli", retry=False)
        thread = asked.get("thread", "")
        where = (
            {"groupId": thread.removeprefix(GROUP)}
            if thread.startswith(GROUP)
            else {"recipient": thread}
        )
        return self._daemon.fetch("getAttachment", {"id": asked["id"], **where})

    async def check(self) -> Health:
        """See ``HealthChecker``."""
        return await probe(self._daemon.check)
