"""A Mattermost bot: by the WebSocket, or by an outgoing webhook."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Annotated, Literal

import msgspec

from connectors.acts import Correspondent, OutboundAct
from connectors.channels.mattermost.acting import perform, show_typing
from connectors.channels.mattermost.inbound import parse_event, parse_hook
from connectors.channels.mattermost.line import Line
from connectors.channels.mattermost.outbound import MattermostApi
from connectors.channels.mattermost.payload import Hook
from connectors.contract import (
    Account,
    Health,
    OutboundMessage,
    Parsed,
    Pulled,
    SendOutcome,
    WebhookRequest,
    WebhookResponse,
)
from connectors.errors import FetchFailed, Malformed, Unauthentic
from connectors.http import Http
from connectors.kit.decoding import decode_json
from connectors.kit.fields import form_pairs
from connectors.kit.probing import probe
from connectors.kit.signatures import same


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Of a bot account. The inbox's address is the bot's user id."""

    base_url: Annotated[
        str,
        msgspec.Meta(min_length=1, title="Server", description="https://mattermost.example.org"),
    ]
    token: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="Bot token",
            description="Integrations > Bot Accounts > the bot > Create New Token",
            extra={"secret": True},
        ),
    ]
    mode: Annotated[
        Literal["socket", "webhook"],
        msgspec.Meta(
            title="How messages arrive",
            description="socket: all where the bot is (we open a line); webhook: by a trigger",
        ),
    ] = "socket"
    hook_token: Annotated[
        str,
        msgspec.Meta(
            title="Webhook token",
            description="Shown when the outgoing webhook is made (webhook only)",
            extra={"secret": True, "signs": True},
        ),
    ] = ""


def connect(account: Account, http: Http) -> "MattermostBot":
    """The connector of one inbox: which way in it has is decided by ``mode``."""
    settings: Settings = account.settings
    return (MattermostHook if settings.mode == "webhook" else MattermostSocket)(account, http)


class MattermostBot:
    """What both ways in share: sending, files, health."""

    idempotent = False  # pending_post_id is forgotten after seconds

    def __init__(self, account: Account, http: Http) -> None:
        self._settings: Settings = account.settings
        self._own_id = account.address
        self._http = http
        self._api = MattermostApi(http, self._settings.base_url, self._settings.token)

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """See ``Sender``."""
        return await self._api.send(message)

    async def act(self, act: OutboundAct) -> SendOutcome:
        """See ``ActSender``."""
        return await perform(self._api, self._own_id, act)

    async def show_typing(self, to: Correspondent) -> SendOutcome:
        """See ``TypingSender``."""
        return await show_typing(self._api, to)

    def rate_keys(self, message: OutboundMessage) -> tuple[str, ...]:
        """One bucket for the bot, one for each channel."""
        channel = message.thread_key.partition(":")[0]
        return ("inbox", f"recipient:{channel or message.recipient.canonical}")

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """See ``MediaPort``: a file's id."""
        if not ref.isalnum():
            raise FetchFailed("not the id of a file", retry=False)
        url = f"{self._settings.base_url.rstrip('/')}/api/v4/files/{ref}"
        token = {"authorization": f"Bearer {self._settings.token}"}
        return self._http.stream(url, headers=token)

    async def check(self) -> Health:
        """See ``HealthChecker``."""
        return await probe(self._api.check)


class MattermostSocket(MattermostBot):
    """By a line that we open."""

    def __init__(self, account: Account, http: Http) -> None:
        super().__init__(account, http)
        self._line = Line(http, self._settings.base_url, self._settings.token)

    def pull(self, cursor: str) -> AsyncIterator[Pulled]:
        """See ``Puller``."""
        return self._line.pull(cursor)

    async def wait(self, seconds: float) -> None:
        """See ``Puller``."""
        await self._line.wait(seconds)

    async def close(self) -> None:
        """See ``Closable``."""
        await self._line.close()

    def parse_item(self, body: bytes, headers: Mapping[str, str], received_at: datetime) -> Parsed:
        """See ``Puller``."""
        return parse_event(body, received_at, self._own_id)


class MattermostHook(MattermostBot):
    """By an outgoing webhook, as form or as JSON."""

    def verify(self, request: WebhookRequest) -> bool:
        """See ``WebhookReceiver``: the token stands in the body."""
        if not self._settings.hook_token:
            return False
        try:
            given = _hook(request).token
        except Malformed:
            given = ""
        if not same(given, self._settings.hook_token):
            raise Unauthentic("the token does not fit: compare it with the webhook's")
        return True

    def handshake(self, request: WebhookRequest) -> WebhookResponse | None:
        """Mattermost has none."""
        return None

    def parse(self, request: WebhookRequest) -> Parsed:
        """See ``WebhookReceiver``."""
        return parse_hook(_hook(request), request.received_at)

    def ack(self, request: WebhookRequest) -> WebhookResponse:
        """An empty object posts nothing."""
        return WebhookResponse(body=b"{}", headers={"content-type": "application/json"})


def _hook(request: WebhookRequest) -> Hook:
    if request.media_type.endswith("json"):
        return decode_json(request.body, Hook, "an outgoing webhook")
    try:
        return msgspec.convert(dict(form_pairs(request)), Hook)
    except msgspec.ValidationError as error:
        raise Malformed(f"not an outgoing webhook: {error}") from error
