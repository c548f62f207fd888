"""Microsoft Teams by the Bot Framework."""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from connectors.channels.msteams.inbound import Activity, parse_activity
from connectors.contract import (
    Accepted,
    Account,
    Health,
    OutboundFile,
    OutboundMessage,
    Parsed,
    ReauthNeeded,
    Rejected,
    SendOutcome,
    WebhookRequest,
    WebhookResponse,
    WindowClosed,
)
from connectors.errors import Malformed, Unauthentic
from connectors.http import Http, HttpReply
from connectors.kit.bearer import BearerApi
from connectors.kit.coded_api import CredentialsRefused, granted
from connectors.kit.decoding import decode_json
from connectors.kit.jwks import Expected, KeySet
from connectors.kit.outcomes import attempt, of_reply
from connectors.kit.pieces import Piece, send_pieces
from connectors.kit.probing import probe
from connectors.kit.splitting import split_text
from connectors.tokens import Token, named

ISSUER = "https://api.botframework.com"
MAX_TEXT_BYTES = 28_000
BUTTONS_MAX = 6
SCOPE = "https://api.botframework.com/.default"
SERVICES = (".trafficmanager.net", ".botframework.com", ".teams.microsoft.com", ".skype.com")


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """From portal.azure.com. The inbox's address is the bot's name."""

    app_id: Annotated[
        str,
        msgspec.Meta(min_length=1, title="App id", description="Azure Bot > Configuration"),
    ]
    app_password: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="Client secret",
            description="App registration > Certificates & secrets",
            extra={"secret": True},
        ),
    ]
    tenant_id: Annotated[
        str,
        msgspec.Meta(title="Tenant id", description="For a single-tenant bot; else empty"),
    ] = ""
    keys_url: Annotated[
        str, msgspec.Meta(title="Keys", description="Where Microsoft publishes its keys")
    ] = "https://login.botframework.com/v1/.well-known/openidconfiguration"
    login_url: Annotated[str, msgspec.Meta(title="Login address")] = (
        "https://login.microsoftonline.com"
    )


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a sent activity."""

    id: str = ""


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """An answer with a token in it; seconds."""

    access_token: str = ""
    expires_in: float = 3600.0


def connect(account: Account, http: Http) -> "Teams":
    """The connector of one inbox."""
    return Teams(account, http)


class Teams:
    """Receiver, sender, media and health of one bot."""

    idempotent = False

    def __init__(self, account: Account, http: Http) -> None:
        self._settings: Settings = account.settings
        self._http = http
        self._keys = KeySet(http, self._settings.keys_url)
        self._api = BearerApi(
            http=http,
            tokens=account.tokens,
            token=named("msteams", self._settings.app_id, self._settings.app_password),
            renew=self._renew,
        )

    async def prepare(self, request: WebhookRequest) -> None:
        """See ``Preparer``."""
        await self._keys.prepare(request)

    def verify(self, request: WebhookRequest) -> bool:
        """See ``WebhookReceiver``: Microsoft's token, for this bot and from this service."""
        expected = Expected(audience=self._settings.app_id, issuers=(ISSUER,))
        claims = self._keys.claims(request, expected)
        said = claims.get("serviceurl", "")
        if said and said.rstrip("/") != _service_of(request.body).rstrip("/"):
            raise Unauthentic("the token is for another service")
        return True

    def handshake(self, request: WebhookRequest) -> WebhookResponse | None:
        """Teams has none."""
        return None

    def parse(self, request: WebhookRequest) -> Parsed:
        """See ``WebhookReceiver``."""
        return parse_activity(request.body, request.received_at)

    def ack(self, request: WebhookRequest) -> WebhookResponse:
        """Within 15 seconds."""
        return WebhookResponse()

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """See ``Sender``: to the service that the conversation was last heard from."""
        if not message.reply_handle or not message.thread_key:
            return WindowClosed(reason="Teams tells where to write only when somebody has written")
        if not _is_service(message.reply_handle):
            return Rejected(reason="the conversation's service is not Microsoft's")
        texts = split_text(message.text, MAX_TEXT_BYTES, "bytes") if message.text else []
        pieces = []
        for number, text in enumerate(texts, 1):
            activity: dict[str, Any] = {"text": text, "textFormat": "plain"}
            if message.quick_replies and number == len(texts):
                activity["attachments"] = [_card(message.quick_replies)]
            pieces.append(self._piece(message, activity, "a part of the text"))
        pieces += [self._piece(message, _file(file), file.name) for file in message.attachments]
        return await send_pieces(pieces)

    def _piece(self, message: OutboundMessage, activity: dict[str, Any], name: str) -> Piece:
        service = message.reply_handle.rstrip("/")
        url = f"{service}/v3/conversations/{quote(message.thread_key, safe='')}/activities"
        if message.reply_to:
            url += f"/{quote(message.reply_to, safe='')}"
            activity = {**activity, "replyToId": message.reply_to}
        body = msgspec.json.encode({"type": "message", **activity})

        async def send() -> SendOutcome:
            try:
                reply = await self._api.post_json(url, body)
            except CredentialsRefused as error:
                return ReauthNeeded(reason=str(error))
            if not reply.ok:
                return of_reply(reply)
            sent = reply.read(Sent)
            return Accepted(native_ids=(sent.id,) if sent and sent.id else ())

        return Piece(name=name, send=lambda: attempt(send))

    async def _renew(self, _last: Token | None) -> Token:
        settings = self._settings
        tenant = settings.tenant_id or "botframework.com"
        form = {
            "grant_type": "client_credentials",
            "client_id": settings.app_id,
            "client_secret": settings.app_password,
            "scope": SCOPE,
        }
        answer = self._http.request(
            "POST",
            f"{settings.login_url.rstrip('/')}/{tenant}/oauth2/v2.0/token",
            headers={"content-type": "application/x-www-form-urlencoded"},
            body=urlencode(form).encode(),
        )
        return await granted(answer, _granted)

    def rate_keys(self, message: OutboundMessage) -> tuple[str, ...]:
        """One bucket for the bot, one for each conversation."""
        return ("inbox", f"recipient:{message.thread_key or message.recipient.canonical}")

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """See ``MediaPort``: pictures open with our token, on Microsoft's services only."""
        if not _is_service(ref):
            return self._http.stream(ref)
        return self._http.stream(
            ref, headers={"authorization": f"Bearer {await self._api.token()}"}
        )

    async def check(self) -> Health:
        """See ``HealthChecker``."""

        async def look() -> Health:
            try:
                await self._api.token()
            except CredentialsRefused as error:
                advice = "Make a new client secret; check the tenant of a single-tenant bot."
                return Health(ok=False, detail=str(error), advice=advice)
            return Health(ok=True, detail="the credentials are accepted")

        return await probe(look)


def _service_of(body: bytes) -> str:
    try:
        return decode_json(body, Activity, "an activity").service_url
    except Malformed:
        return ""


def _is_service(url: str) -> bool:
    """Our token is shown to Microsoft's own hosts only."""
    parts = urlsplit(url)
    return parts.scheme == "https" and (parts.hostname or "").endswith(SERVICES)


def _card(labels: tuple[str, ...]) -> dict[str, Any]:
    buttons = [
        {"type": "messageBack", "title": label, "text": label, "value": {"text": label}}
        for label in labels[:BUTTONS_MAX]
    ]
    return {"contentType": "application/vnd.microsoft.card.hero", "content": {"buttons": buttons}}


def _file(file: OutboundFile) -> dict[str, Any]:
    """Pictures are shown; a bot may send other files only as links."""
    if file.media_type.startswith("image/"):
        shown = {"contentType": file.media_type, "contentUrl": file.url, "name": file.name}
        return {"attachments": [shown]}
    return {"text": f"[{file.name}]({file.url})", "textFormat": "markdown"}


def _granted(reply: HttpReply) -> tuple[str, float] | None:
    found = reply.read(Grant)
    return (found.access_token, found.expires_in) if found else None
