"""Zalo Official Accounts: signed events in, customer service messages out."""

import hashlib
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec

from connectors.channels.zalo.inbound import Event, parse_event
from connectors.contract import (
    Account,
    Health,
    OutboundFile,
    OutboundMessage,
    Parsed,
    Rejected,
    SendOutcome,
    WebhookRequest,
    WebhookResponse,
)
from connectors.errors import Malformed, Unauthentic
from connectors.http import Http, HttpReply, NotSent
from connectors.kit.coded_api import Call, CodedApi, CredentialsRefused, Dialect, Said, json_call
from connectors.kit.decoding import decode_json
from connectors.kit.outcomes import BROKEN_FROM
from connectors.kit.pieces import Piece, send_pieces
from connectors.kit.probing import probe
from connectors.kit.signatures import same
from connectors.kit.splitting import split_text
from connectors.tokens import Token, lasting, named
from storage.ids import utc_now

MAX_CHARS = 2000
SIGNATURE = "x-zevent-signature"
PICTURES = {"image/jpeg", "image/png", "image/gif"}


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """From developers.zalo.me. The inbox's address is the account's id."""

    app_id: Annotated[
        str, msgspec.Meta(min_length=1, title="App id", description="The app's page > Settings")
    ]
    app_secret: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="App secret key",
            description="The app's page > Settings",
            extra={"secret": True},
        ),
    ]
    oa_secret: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="OA secret key",
            description="The app's page > Official Account > Webhook",
            extra={"secret": True, "signs": True},
        ),
    ]
    refresh_token: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="Refresh token",
            description="Tools > API Explorer > OA access token; it is used once, then renewed",
            extra={"secret": True},
        ),
    ]
    base_url: Annotated[str, msgspec.Meta(title="API address")] = "https://openapi.zalo.me"
    login_url: Annotated[str, msgspec.Meta(title="Login address")] = "https://oauth.zaloapp.com"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Every answer, with status 200 or not."""

    error: int = 0
    message: str = ""


class SentData(msgspec.Struct, frozen=True, kw_only=True):
    """What a taken message is called."""

    message_id: str = ""


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a message that was taken."""

    data: SentData = SentData()


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """Both are new: the old refresh token is dead. ``expires_in`` is text."""

    access_token: str = ""
    refresh_token: str = ""
    expires_in: str | float = 90000.0


def _said(reply: HttpReply) -> Said | None:
    answer = reply.read(Answer)
    return None if answer is None else Said(code=answer.error, words=answer.message)


# https://developers.zalo.me/docs/official-account/phu-luc/ma-loi
DIALECT = Dialect(
    read=_said,
    expired=frozenset({-216, -220, -124}),
    later=frozenset({-32}),
    closed=frozenset({-230}),
    reauth=frozenset({-204, -205, -209, -221}),
)


def connect(account: Account, http: Http) -> "Zalo":
    """The connector of one inbox."""
    return Zalo(account, http)


class Zalo:
    """Receiver, sender, media and health of one Official Account."""

    idempotent = False

    def __init__(self, account: Account, http: Http) -> None:
        self._settings: Settings = account.settings
        self._http = http
        settings = self._settings
        self._api = CodedApi(
            http=http,
            tokens=account.tokens,
            token=named("zalo", settings.app_id, settings.refresh_token),
            renew=self._renew,
            dialect=DIALECT,
        )

    def verify(self, request: WebhookRequest) -> bool:
        """See ``WebhookReceiver``: SHA-256 over app id, body, its time stamp, the OA's secret."""
        settings = self._settings
        data = settings.app_id.encode() + request.body + _stamp(request.body)
        wanted = "mac=" + hashlib.sha256(data + settings.oa_secret.encode()).hexdigest()
        if not same(request.headers.get(SIGNATURE, ""), wanted):
            raise Unauthentic("X-ZEvent-Signature does not fit: compare app id and OA secret key")
        return True

    def handshake(self, request: WebhookRequest) -> WebhookResponse | None:
        """Zalo has none."""
        return None

    def parse(self, request: WebhookRequest) -> Parsed:
        """See ``WebhookReceiver``."""
        return parse_event(request.body, request.received_at)

    def ack(self, request: WebhookRequest) -> WebhookResponse:
        """Within two seconds."""
        return WebhookResponse()

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """See ``Sender``. Pictures are shown, other files go as links."""
        if lost := [file.name for file in message.attachments if not file.url]:
            return Rejected(reason=f"Zalo fetches files by public links; none for {lost[0]}")
        pictures = [file for file in message.attachments if file.media_type in PICTURES]
        links = [file.url for file in message.attachments if file.media_type not in PICTURES]
        text = "\n".join(part for part in (message.text, *links) if part)
        contents = [{"text": one} for one in split_text(text, MAX_CHARS) if one]
        if contents and message.reply_to:
            contents[0]["quote_message_id"] = message.reply_to
        pieces = [self._piece(message, one, "a part of the text") for one in contents]
        pieces += [self._piece(message, _picture(file), file.name) for file in pictures]
        if not pieces:
            return Rejected(reason="there is nothing to send")
        return await send_pieces(pieces)

    def _piece(self, message: OutboundMessage, content: dict[str, Any], name: str) -> Piece:
        body = {"recipient": {"user_id": message.recipient.value}, "message": content}
        make = self._call("/v3.0/oa/message/cs", body)
        return Piece(name=name, send=lambda: self._api.send(make, _ids))

    def _call(self, path: str, body: dict[str, Any]) -> Callable[[str], Call]:
        url = f"{self._settings.base_url.rstrip('/')}{path}"
        return lambda token: json_call(url, body, {"access_token": token})

    async def _renew(self, last: Token | None) -> Token:
        """The refresh token of the settings serves once; then each brings the next."""
        settings = self._settings
        refresh = last.refresh if last is not None and last.refresh else settings.refresh_token
        form = {
            "refresh_token": refresh,
            "app_id": settings.app_id,
            "grant_type": "refresh_token",
        }
        reply = await self._http.request(
            "POST",
            f"{settings.login_url.rstrip('/')}/v4/oa/access_token",
            headers={
                "content-type": "application/x-www-form-urlencoded",
                "secret_key": settings.app_secret,
            },
            body=urlencode(form).encode(),
        )
        grant = reply.read(Grant)
        if grant is None or not grant.access_token:
            if reply.status >= BROKEN_FROM:
                raise NotSent(f"no access token: answered {reply.status}")
            words = reply.body[:200].decode("utf-8", "replace")
            raise CredentialsRefused(f"no access token: {words}")
        return lasting(grant.access_token, _seconds(grant), utc_now(), grant.refresh_token)

    def rate_keys(self, message: OutboundMessage) -> tuple[str, ...]:
        """One bucket for the account, one for each person."""
        return ("inbox", f"recipient:{message.recipient.canonical}")

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """See ``MediaPort``: Zalo's links are public."""
        return self._http.stream(ref)

    async def check(self) -> Health:
        """See ``HealthChecker``."""

        async def look() -> Health:
            try:
                await self._api.token()
            except CredentialsRefused as error:
                advice = "Make a new refresh token in the API Explorer and paste it here."
                return Health(ok=False, detail=str(error), advice=advice)
            return Health(ok=True, detail="the credentials are accepted")

        return await probe(look)


def _stamp(body: bytes) -> bytes:
    try:
        return str(decode_json(body, Event, "a Zalo event").timestamp).encode("utf-8", "replace")
    except Malformed:
        return b""


def _seconds(grant: Grant) -> float:
    try:
        return float(grant.expires_in)
    except ValueError:
        return 3600.0


def _picture(file: OutboundFile) -> dict[str, Any]:
    element = {"media_type": "image", "url": file.url}
    payload = {"template_type": "media", "elements": [element]}
    return {"attachment": {"type": "template", "payload": payload}}


def _ids(reply: HttpReply) -> tuple[str, ...]:
    sent = reply.read(Sent)
    return (sent.data.message_id,) if sent and sent.data.message_id else ()
