"""An account at an SMSC: SMS by SMPP 3.4, over lines that we open."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import msgspec

from connectors.channels.smpp import outbound
from connectors.channels.smpp.inbound import parse_event
from connectors.channels.smpp.line import Address, BindRefused, Transmitter, listen
from connectors.contract import Account, Health, OutboundMessage, Parsed, SendOutcome, Sink
from connectors.http import Http, LineBroken, NotSent


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """From whoever runs the SMSC. The inbox's address is the number (or name) that sends."""

    host: Annotated[str, msgspec.Meta(min_length=1, title="Host", description="Of the SMSC")]
    system_id: Annotated[
        str, msgspec.Meta(min_length=1, title="System ID", description="The login: 15 characters")
    ]
    password: Annotated[
        str,
        msgspec.Meta(
            title="Password",
            description="At most 8 characters: SMPP 3.4 has no room for more",
            extra={"secret": True},
        ),
    ]
    port: Annotated[
        int, msgspec.Meta(ge=1, le=65535, title="Port", description="Often 2775, with TLS 3550")
    ] = 2775
    tls: Annotated[bool, msgspec.Meta(title="TLS", description="Whether the SMSC speaks TLS")] = (
        False
    )
    system_type: Annotated[
        str,
        msgspec.Meta(title="System type", description="Only where one was given"),
    ] = ""


def connect(account: Account, http: Http) -> "SmppAccount":
    """The connector of one inbox."""
    return SmppAccount(account, http)


class SmppAccount:
    """Streamer by one line, sender by another, and health."""

    idempotent = False

    def __init__(self, account: Account, _http: Http) -> None:
        settings: Settings = account.settings
        self._sender = account.address
        self._address = Address(
            host=settings.host,
            port=settings.port,
            tls=settings.tls,
            system_id=settings.system_id,
            password=settings.password,
            system_type=settings.system_type,
        )
        self._line = Transmitter(self._address)

    async def run(self, sink: Sink) -> None:
        """See ``Streamer``."""
        await listen(self._address, sink)

    def parse_item(self, body: bytes, headers: Mapping[str, str], received_at: datetime) -> Parsed:
        """See ``Streamer``: the PDUs of one message, or of one receipt."""
        return parse_event(body, received_at)

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """See ``Sender``."""
        return await outbound.send(message, self._sender, self._line)

    def rate_keys(self, message: OutboundMessage) -> tuple[str, ...]:
        """One bucket for the account."""
        return ("inbox",)

    async def check(self) -> Health:
        """See ``HealthChecker``: logs in and out."""
        try:
            await self._line.check()
        except BindRefused as error:
            advice = "Compare system ID and password with what the operator gave you."
            return Health(ok=False, detail=str(error), advice=advice)
        except (NotSent, LineBroken) as error:
            advice = "Check host, port and TLS, and whether this machine may connect."
            return Health(ok=False, detail=str(error), advice=advice)
        return Health(ok=True, detail="the SMSC lets us in")

    async def close(self) -> None:
        """See ``Closable``."""
        await self._line.close()
