"""What all mail providers have in common; each channel fills in its own words.

In: a webhook (mail, or reports on mail), or plain SMTP to the same inbox. Out: one request to the
provider's API. Every mail ends as raw RFC 5322 bytes, read by the same code as any other.
"""

import base64
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Generic, TypeVar

import msgspec

from connectors.contract import (
    Accepted,
    Account,
    Health,
    OutboundMessage,
    Refusal,
    Rejected,
    SendOutcome,
    WebhookRequest,
    WebhookResponse,
)
from connectors.events import (
    MediaRef,
    MessageReceived,
    Parsed,
    ReceiptReported,
    ReceiptState,
    SenderTrust,
)
from connectors.http import Body, Http, HttpReply
from connectors.kit.mail.addresses import AddressUnusable
from connectors.kit.mail.assembled import MailFields, assemble, delivered
from connectors.kit.mail.letter import Letter, letter_of
from connectors.kit.mail.trace import parse_mail_item
from connectors.kit.outcomes import Unsent, attempt, of_reply
from connectors.kit.probing import probe

SEND_S = 50.0  # the contract gives 60 seconds for everything
CHECK_S = 8.0
# RFC 3463 section 3.1: failed for good, nothing more is known. What providers call a hard bounce.
HARD = "5.0.0"

_ENHANCED = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")

TrustedAuthserv = Annotated[
    str,
    msgspec.Meta(
        title="Mail server that checks senders",
        description="The name in the Authentication-Results that the provider puts on top of "
        "each mail; empty when it puts none there",
    ),
]
SettingsT = TypeVar("SettingsT")


class ApiRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a provider's API."""

    url: str
    headers: Mapping[str, str]
    body: Body = b""
    method: str = "POST"


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A provider's word on one of our mails. ``message`` is our own id of it, which we gave the
    provider with the mail: reports without it are about somebody else's and not for us.
    ``reason`` is told where something is wrong. ``status`` is an enhanced status code.
    """

    id: str
    message: str
    state: ReceiptState
    at: datetime
    recipient: str = ""
    reason: str = ""
    status: str = ""


class MailProvider(ABC, Generic[SettingsT]):
    """Receiver, sender and health of one inbox; subclasses say how their provider does it."""

    idempotent = False
    name = ""

    def __init__(self, account: Account, http: Http) -> None:
        self._account = account
        self._settings: SettingsT = account.settings
        self._http = http

    @property
    def authserv_ids(self) -> frozenset[str]:
        """See ``Relayed``: nobody, unless the inbox's settings name somebody."""
        named: str = getattr(self._settings, "trusted_authserv", "")
        return frozenset(named.lower().replace(",", " ").split())

    def handshake(self, request: WebhookRequest) -> WebhookResponse | None:
        """Most have none."""
        return None

    def ack(self, request: WebhookRequest) -> WebhookResponse:
        """An empty 200."""
        return WebhookResponse()

    def parse_item(self, body: bytes, headers: Mapping[str, str], received_at: datetime) -> Parsed:
        """A mail that came by SMTP to this inbox, as the mail channel reads it."""
        return parse_mail_item(body, headers, received_at)

    def rate_keys(self, message: OutboundMessage) -> tuple[str, ...]:
        """Providers count by account."""
        return ("inbox",)

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """See ``Sender``. Our Message-ID is the native id, whoever carries the mail."""
        try:
            letter = letter_of(message, self._account)
        except AddressUnusable as error:
            return Rejected(reason=str(error))

        async def exchange() -> SendOutcome:
            reply = await self._call(self.request(letter))
            return self.outcome(reply, letter)

        return await attempt(exchange)

    async def check(self) -> Health:
        """See ``HealthChecker``: whether the provider takes our key."""

        async def ask() -> Health:
            request = self.question()
            reply = await self._http.request(
                request.method,
                request.url,
                headers=request.headers,
                body=request.body,
                timeout_s=CHECK_S,
            )
            return self.health(reply)

        return await probe(ask)

    @abstractmethod
    def request(self, letter: Letter) -> ApiRequest:
        """The call that sends ``letter``."""

    def outcome(self, reply: HttpReply, letter: Letter) -> SendOutcome:
        """What the answer to it means."""
        return accepted(letter) if reply.ok else self.refused(reply)

    def refused(self, reply: HttpReply) -> Unsent:
        """An answer that is no success."""
        return of_reply(reply)

    @abstractmethod
    def question(self) -> ApiRequest:
        """A cheap call that needs our key."""

    def health(self, reply: HttpReply) -> Health:
        """What the answer to it means."""
        if reply.ok:
            return Health(ok=True, detail=f"{self.name} takes our key")
        return Health(
            ok=False,
            detail=f"{self.name} answered {reply.status}",
            advice=f"Copy the key anew from {self.name}'s settings.",
        )

    async def _call(self, request: ApiRequest) -> HttpReply:
        return await self._http.request(
            request.method,
            request.url,
            headers=request.headers,
            body=request.body,
            timeout_s=SEND_S,
        )


def basic(user: str, password: str) -> dict[str, str]:
    """Basic credentials as a header."""
    pair = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


def bearer(token: str) -> dict[str, str]:
    """A bearer token as a header."""
    return {"Authorization": f"Bearer {token}"}


def accepted(letter: Letter, refused: tuple[Refusal, ...] = ()) -> Accepted:
    """The provider has it, for all but those ``refused``."""
    return Accepted(native_ids=(letter.message_id,), refused=refused)


def raw_mail(
    raw: bytes,
    received_at: datetime,
    *,
    mail_from: str | None = None,
    rcpt_to: tuple[str, ...] = (),
    attachments: tuple[MediaRef, ...] = (),
    trust: SenderTrust | None = None,
) -> MessageReceived:
    """A whole mail as an event, with what the envelope and the provider said of it."""
    return MessageReceived(
        dedupe_id="",
        native_id="",
        thread_key="",
        senders=(),
        occurred_at=received_at,
        recipient=rcpt_to[0].strip("<> ") if rcpt_to else "",
        attachments=attachments,
        mail=delivered(mail_from, rcpt_to) + raw,
        trust=trust,
    )


def parted_mail(
    fields: MailFields,
    received_at: datetime,
    attachments: tuple[MediaRef, ...] = (),
    trust: SenderTrust | None = None,
) -> MessageReceived:
    """A mail in parts as an event; ``attachments`` are those still to be fetched."""
    bare = msgspec.structs.replace(fields, mail_from=None, rcpt_to=())
    return raw_mail(
        assemble(bare),
        received_at,
        mail_from=fields.mail_from,
        rcpt_to=fields.rcpt_to,
        attachments=attachments,
        trust=trust,
    )


def receipt(report: Report) -> ReceiptReported:
    """A report as an event."""
    recipient = report.recipient.strip("<> ").lower()
    wrong = report.state in {"failed", "delayed", "complained"}
    words = " ".join(report.reason.split())[:500] if wrong else ""
    found = _ENHANCED.search(words)
    return ReceiptReported(
        dedupe_id=report.id or f"{report.message}:{report.state}:{recipient}",
        native_id=report.message,
        state=report.state,
        occurred_at=report.at,
        reason=words,
        recipient=recipient,
        status=(found[0] if found else report.status) if wrong else "",
    )
