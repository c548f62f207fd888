"""Web chat. In: what the gateway journaled. Out: the visitor's page reads replies by itself."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import msgspec

from connectors.acts import Correspondent, OutboundAct
from connectors.channels.webchat.payload import ChatItem, Said, Seen, Typing, Visitor
from connectors.contract import (
    Accepted,
    Account,
    OutboundMessage,
    Parsed,
    SendOutcome,
    WebhookRequest,
    WebhookResponse,
)
from connectors.errors import Malformed, Unauthentic
from connectors.events import (
    MediaRef,
    MessageReceived,
    ReceiptReported,
    ReceiptState,
    SenderId,
    TypingChanged,
)
from connectors.http import Http
from connectors.kit.decoding import decode_json
from connectors.kit.media_kinds import kind_of
from connectors.kit.phone import phone_sender

STATES: dict[str, ReceiptState] = {"delivered": "delivered", "read": "read"}


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing to configure: the page is ours."""


def connect(account: Account, http: Http) -> "WebChat":
    """The connector of one inbox."""
    return WebChat(account, http)


class WebChat:
    """Reads what the gateway's chat journaled; sending is done once the message is stored."""

    idempotent = True

    def __init__(self, account: Account, http: Http) -> None:
        self._account = account
        self._http = http

    def verify(self, request: WebhookRequest) -> bool:
        """Nobody but the gateway itself brings chat items, and it does not come by the hook."""
        raise Unauthentic("web chat has no webhook: visitors use the chat page")

    def handshake(self, request: WebhookRequest) -> WebhookResponse | None:
        """There is none."""
        return None

    def parse(self, request: WebhookRequest) -> Parsed:
        """See ``WebhookReceiver``."""
        item: ChatItem = decode_json(
            request.body,
            ChatItem,  # type: ignore[arg-type]  # to mypy a union is no type
            "a chat item",
        )
        if isinstance(item, Said):
            return Parsed(events=(self._message(item, request.received_at),))
        if isinstance(item, Seen):
            return Parsed(events=self._receipts(item, request.received_at))
        return Parsed(events=(self._typing(item, request.received_at),))

    def ack(self, request: WebhookRequest) -> WebhookResponse:
        """The gateway answers the page itself."""
        return WebhookResponse(status=202)

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """Stored is sent: the gateway pushes it to an open page, and a page that comes back asks
        for all after the last message it has.
        """
        return Accepted(native_ids=(message.id,))

    async def act(self, act: OutboundAct) -> SendOutcome:
        """See ``ActSender``: as with sending, the gateway tells the page once it is stored."""
        return Accepted(native_ids=())

    async def show_typing(self, to: Correspondent) -> SendOutcome:
        """See ``TypingSender``: the gateway tells the page itself."""
        return Accepted(native_ids=())

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """See ``MediaPort``: uploads lie behind the link that the gateway gave them."""
        return self._http.stream(ref)

    def rate_keys(self, message: OutboundMessage) -> tuple[str, ...]:
        """None."""
        return ()

    def _message(self, said: Said, received_at: datetime) -> MessageReceived:
        if not said.text.strip() and not said.attachments:
            raise Malformed("the message is empty")
        native_id = f"{said.visitor.id}:{said.client_msg_id}"
        return MessageReceived(
            dedupe_id=native_id,
            native_id=native_id,
            thread_key=said.visitor.id,
            senders=self._senders(said.visitor),
            sender_name=said.visitor.name,
            occurred_at=_utc(said.sent_at) or received_at,
            text=said.text,
            attachments=tuple(
                MediaRef(
                    kind=kind_of(file.media_type),
                    url=file.url,
                    name=file.name,
                    media_type=file.media_type,
                    size=file.size,
                )
                for file in said.attachments
            ),
        )

    def _receipts(self, seen: Seen, received_at: datetime) -> tuple[ReceiptReported, ...]:
        state = STATES.get(seen.state)
        if state is None:
            raise Malformed(f"state {seen.state!r} is neither delivered nor read")
        return tuple(
            ReceiptReported(
                dedupe_id=f"{id}:{state}",
                native_id=id,
                message_id=id,
                state=state,
                occurred_at=received_at,
                senders=self._senders(seen.visitor)[:1],
            )
            for id in seen.message_ids
        )

    def _typing(self, typing: Typing, received_at: datetime) -> TypingChanged:
        return TypingChanged(
            dedupe_id=f"{typing.visitor.id}:{received_at.isoformat()}",
            thread_key=typing.visitor.id,
            senders=self._senders(typing.visitor)[:1],
            occurred_at=received_at,
            typing=typing.typing,
        )

    def _senders(self, visitor: Visitor) -> tuple[SenderId, ...]:
        """The browser first. An address that was only typed would let anybody be anybody."""
        found = [SenderId(family="webchat", value=visitor.id, scope=self._account.inbox_id)]
        if visitor.proven and "@" in visitor.email:
            found.append(SenderId(family="mailto", value=visitor.email.strip().lower()))
        if visitor.proven and visitor.phone:
            found.append(phone_sender(visitor.phone))
        return tuple(found)


def _utc(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
