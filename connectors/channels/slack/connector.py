"""A Slack app: by webhook, or by Socket Mode behind a firewall."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Literal
from urllib.parse import parse_qs, urlsplit

import msgspec

from connectors.acts import OutboundAct
from connectors.channels.slack.acting import perform
from connectors.channels.slack.inbound import parse_payload
from connectors.channels.slack.outbound import SlackApi
from connectors.channels.slack.payload import Payload
from connectors.channels.slack.socket_mode import run_socket
from connectors.contract import (
    Account,
    Health,
    OutboundMessage,
    Parsed,
    SendOutcome,
    Sink,
    WebhookRequest,
    WebhookResponse,
)
from connectors.errors import Malformed, Unauthentic
from connectors.http import Http
from connectors.kit.decoding import decode_json
from connectors.kit.fields import form_pairs
from connectors.kit.probing import probe
from connectors.kit.signatures import check_age, hmac_hex, same

FORM = "application/x-www-form-urlencoded"
OWN_HOSTS = (".slack.com", ".slack-edge.com", ".slack-files.com")


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """From api.slack.com/apps. The inbox's address is the app's name."""

    bot_token: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="Bot token",
            description="OAuth & Permissions: xoxb-...",
            extra={"secret": True},
        ),
    ]
    signing_secret: Annotated[
        str,
        msgspec.Meta(
            title="Signing secret",
            description="Basic Information; Slack signs its webhooks with it",
            extra={"secret": True, "signs": True},
        ),
    ] = ""
    mode: Annotated[
        Literal["webhook", "socket"],
        msgspec.Meta(
            title="How messages arrive",
            description="webhook: Slack calls us; socket: we open a line (no public address)",
        ),
    ] = "webhook"
    app_token: Annotated[
        str,
        msgspec.Meta(
            title="App-level token",
            description="Basic Information, for Socket Mode only: xapp-...",
            extra={"secret": True},
        ),
    ] = ""
    listen: Annotated[
        Literal["messages", "mentions"],
        msgspec.Meta(
            title="What is taken",
            description="messages: all where the app is; mentions: what names the app",
        ),
    ] = "messages"
    base_url: Annotated[str, msgspec.Meta(title="API address")] = "https://slack.com"


def connect(account: Account, http: Http) -> "SlackApp":
    """The connector of one inbox: which way in it has is decided by ``mode``."""
    settings: Settings = account.settings
    return (SlackSocket if settings.mode == "socket" else SlackWebhook)(account, http)


class SlackApp:
    """What both ways in share: sending, files, health."""

    idempotent = False

    def __init__(self, account: Account, http: Http) -> None:
        self._settings: Settings = account.settings
        self._http = http
        self._api = SlackApi(http, self._settings.base_url, self._settings.bot_token)

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """See ``Sender``."""
        return await self._api.send(message)

    async def act(self, act: OutboundAct) -> SendOutcome:
        """See ``ActSender``."""
        return await perform(self._api, act)

    def rate_keys(self, message: OutboundMessage) -> tuple[str, ...]:
        """One bucket for the app, one for each channel."""
        channel = message.thread_key.partition(":")[0]
        return ("inbox", f"recipient:{channel or message.recipient.canonical}")

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """See ``MediaPort``: the token goes to Slack's own hosts only."""
        host = urlsplit(ref).hostname or ""
        ours = host.endswith(OWN_HOSTS) or host == urlsplit(self._settings.base_url).hostname
        token = {"authorization": f"Bearer {self._settings.bot_token}"}
        return self._http.stream(ref, headers=token if ours else None)

    async def check(self) -> Health:
        """See ``HealthChecker``."""
        return await probe(self._api.check)

    def _parse(self, body: bytes, received_at: datetime) -> Parsed:
        only = self._settings.listen == "mentions"
        return parse_payload(body, received_at, mentions_only=only)


class SlackSocket(SlackApp):
    """By Socket Mode."""

    async def run(self, sink: Sink) -> None:
        """See ``Streamer``."""
        url = f"{self._settings.base_url.rstrip('/')}/api/apps.connections.open"
        await run_socket(self._http, url, self._settings.app_token, sink)

    def parse_item(self, body: bytes, headers: Mapping[str, str], received_at: datetime) -> Parsed:
        """The same payloads as by webhook."""
        return self._parse(body, received_at)


class SlackWebhook(SlackApp):
    """By the Events API, interactivity and slash commands."""

    def verify(self, request: WebhookRequest) -> bool:
        """See ``WebhookReceiver``: HMAC-SHA256 over version, time stamp and raw body."""
        secret = self._settings.signing_secret
        if not secret:
            return False
        stamp = request.headers.get("x-slack-request-timestamp", "")
        signed = b"v0:" + stamp.encode("utf-8", "replace") + b":" + request.body
        if not same(f"v0={hmac_hex(secret, signed)}", request.headers.get("x-slack-signature", "")):
            raise Unauthentic("X-Slack-Signature does not fit: compare the signing secret")
        check_age(_moment(stamp), request.received_at)
        return True

    def handshake(self, request: WebhookRequest) -> WebhookResponse | None:
        """``url_verification`` wants its challenge back."""
        try:
            payload = decode_json(_body(request), Payload, "a Slack payload")
        except Malformed:
            return None
        if payload.type != "url_verification":
            return None
        return WebhookResponse(
            body=payload.challenge.encode(), headers={"content-type": "text/plain"}
        )

    def parse(self, request: WebhookRequest) -> Parsed:
        """See ``WebhookReceiver``."""
        return self._parse(_body(request), request.received_at)

    def ack(self, request: WebhookRequest) -> WebhookResponse:
        """Within three seconds; an empty answer says nothing to a command."""
        return WebhookResponse()


def _body(request: WebhookRequest) -> bytes:
    """Interactive payloads are JSON in a form field; commands are a form."""
    if request.media_type != FORM:
        return request.body
    if request.body.startswith(b"payload="):
        fields = parse_qs(request.body.decode("utf-8", "replace"))
        return fields.get("payload", [""])[0].encode()
    return msgspec.json.encode({**dict(form_pairs(request)), "type": "command"})


def _moment(stamp: str) -> datetime:
    try:
        return datetime.fromtimestamp(int(stamp), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise Unauthentic("X-Slack-Request-Timestamp is no time") from error
