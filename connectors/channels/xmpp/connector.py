"""An XMPP account: what is written to its address comes in, replies go out of it."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from functools import partial
from typing import Annotated

import msgspec

from connectors import contract
from connectors.channels.xmpp.inbound import SELF, parse_event
from connectors.channels.xmpp.line import Account, LoginRefused, Speaker, listen
from connectors.contract import (
    Accepted,
    Health,
    OutboundMessage,
    OutcomeUnknown,
    Parsed,
    ReauthNeeded,
    RetryLater,
    SendOutcome,
    Sink,
)
from connectors.http import Http, LineBroken, NotSent
from connectors.kit.pieces import Piece, send_pieces
from connectors.kit.splitting import split_text
from storage.ids import utc_now

MAX_TEXT = 4_000


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The inbox's address is the account: support@example.org."""

    password: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="Password",
            description="Of the account",
            extra={"secret": True},
        ),
    ]
    host: Annotated[
        str,
        msgspec.Meta(title="Host", description="Only where the DNS does not name the server"),
    ] = ""
    port: Annotated[int, msgspec.Meta(ge=1, le=65535, title="Port", description="Of that host")] = (
        5222
    )
    tls: Annotated[
        bool,
        msgspec.Meta(title="TLS", description="Only off for a server on this very machine"),
    ] = True


def connect(account: contract.Account, http: Http) -> "XmppAccount":
    """The connector of one inbox."""
    return XmppAccount(account, http)


class XmppAccount:
    """Streamer by one line, sender by another, and health."""

    idempotent = False

    def __init__(self, account: contract.Account, http: Http) -> None:
        settings: Settings = account.settings
        self._http = http
        self._own = account.address.lower()
        self._account = Account(
            jid=self._own,
            password=settings.password,
            host=settings.host,
            port=settings.port,
            tls=settings.tls,
        )
        self._speaker = Speaker(self._account)

    async def run(self, sink: Sink) -> None:
        """See ``Streamer``."""
        await listen(self._account, sink, utc_now())

    def parse_item(self, body: bytes, headers: Mapping[str, str], received_at: datetime) -> Parsed:
        """See ``Streamer``: a stanza."""
        return parse_event(body, self._own, received_at)

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """See ``Sender``: words, then each file's link in a message of its own."""
        texts = split_text(message.text, MAX_TEXT) if message.text else []
        texts += [file.url for file in message.attachments if file.url]
        return await send_pieces(
            [
                Piece(
                    name=f"part {number} of {len(texts)}",
                    send=partial(self._say, message, text, f"{message.id}.{number}"),
                )
                for number, text in enumerate(texts, 1)
            ]
        )

    async def _say(self, message: OutboundMessage, text: str, id: str) -> SendOutcome:
        try:
            await self._speaker.say(message, text, id)
        except LoginRefused as error:
            return ReauthNeeded(reason=str(error))
        except NotSent as error:
            return RetryLater(reason=str(error))
        except LineBroken as error:
            return OutcomeUnknown(reason=str(error))
        return Accepted(native_ids=(f"{SELF}#{id}",))

    def rate_keys(self, message: OutboundMessage) -> tuple[str, ...]:
        """One bucket for the account, one for each person."""
        return ("inbox", f"recipient:{message.thread_key}")

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """See ``MediaPort``: links to where the customer's server keeps files."""
        return self._http.stream(ref)

    async def check(self) -> Health:
        """See ``HealthChecker``: logs in."""
        try:
            await self._speaker.check()
        except LoginRefused as error:
            return Health(ok=False, detail=str(error), advice="Compare address and password.")
        except NotSent as error:
            advice = "Check the address's domain, host and port, and the server's certificate."
            return Health(ok=False, detail=str(error), advice=advice)
        return Health(ok=True, detail="the server lets us in")

    async def close(self) -> None:
        """See ``Closable``."""
        await self._speaker.close()
