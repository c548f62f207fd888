"""Google Chat apps with an HTTP endpoint."""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import jwt
import msgspec

from connectors.channels.google_chat.inbound import LABEL, parse_interaction
from connectors.contract import (
    Accepted,
    Account,
    Health,
    OutboundMessage,
    Parsed,
    ReauthNeeded,
    Rejected,
    SendOutcome,
    WebhookRequest,
    WebhookResponse,
)
from connectors.errors import FetchFailed, Unauthentic
from connectors.http import Http, HttpReply, NotSent
from connectors.kit.bearer import BearerApi
from connectors.kit.coded_api import CredentialsRefused, granted
from connectors.kit.jwks import Expected, KeySet
from connectors.kit.outcomes import attempt, of_reply
from connectors.kit.pieces import Piece, send_pieces
from connectors.kit.probing import probe
from connectors.kit.splitting import split_text
from connectors.tokens import Token, named
from storage.ids import utc_now

CHAT = "chat@system.gserviceaccount.com"
CHAT_KEYS = f"https://www.googleapis.com/service_accounts/v1/jwk/{CHAT}"
GOOGLE_KEYS = "https://www.googleapis.com/oauth2/v3/certs"
GOOGLE = ("https://accounts.google.com", "accounts.google.com")
LOGIN = "https://oauth2.googleapis.com/token"
SCOPE = "https://www.googleapis.com/auth/chat.bot"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
MAX_TEXT_BYTES = 28_000
BUTTONS_MAX = 10
FORBIDDEN = 403
OURS = ("SERVICE_DISABLED", "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "has not been used")
LIFE_S = 3600


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """From console.cloud.google.com. The inbox's address is the app's name."""

    audience: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="Authentication audience",
            description="The project number, or this inbox's webhook address: as chosen at Google",
        ),
    ]
    service_account: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="Service account key",
            description="The whole JSON file: IAM > Service accounts > Keys",
            extra={"secret": True},
        ),
    ]
    base_url: Annotated[str, msgspec.Meta(title="API address")] = "https://chat.googleapis.com"


class ServiceAccount(msgspec.Struct, frozen=True, kw_only=True):
    """What matters of the key file."""

    client_email: str
    private_key: str
    private_key_id: str = ""


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a message: it."""

    name: str = ""


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """An answer with a token in it; seconds."""

    access_token: str = ""
    expires_in: float = LIFE_S


def connect(account: Account, http: Http) -> "GoogleChat":
    """The connector of one inbox."""
    return GoogleChat(account, http)


class GoogleChat:
    """Receiver, sender, media and health of one app."""

    idempotent = False

    def __init__(self, account: Account, http: Http) -> None:
        self._settings: Settings = account.settings
        self._http = http
        self._by_url = self._settings.audience.startswith("https://")
        self._keys = KeySet(http, GOOGLE_KEYS if self._by_url else CHAT_KEYS)
        self._api = BearerApi(
            http=http,
            tokens=account.tokens,
            token=named("google_chat", self._settings.service_account),
            renew=self._renew,
        )

    async def prepare(self, request: WebhookRequest) -> None:
        """See ``Preparer``."""
        await self._keys.prepare(request)

    def verify(self, request: WebhookRequest) -> bool:
        """See ``WebhookReceiver``. With an address as audience Google signs for anybody, so the
        token must also say that it is of Chat.
        """
        issuers = GOOGLE if self._by_url else (CHAT,)
        expected = Expected(audience=self._settings.audience, issuers=issuers)
        claims = self._keys.claims(request, expected)
        if self._by_url and (claims.get("email") != CHAT or claims.get("email_verified") is False):
            raise Unauthentic("the token is Google's, but not of Google Chat")
        return True

    def handshake(self, request: WebhookRequest) -> WebhookResponse | None:
        """Google has none."""
        return None

    def parse(self, request: WebhookRequest) -> Parsed:
        """See ``WebhookReceiver``."""
        return parse_interaction(request.body, request.received_at)

    def ack(self, request: WebhookRequest) -> WebhookResponse:
        """An empty object: "say nothing now"."""
        return WebhookResponse(body=b"{}", headers={"content-type": "application/json"})

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """See ``Sender``. Uploads are for people only: an app sends files as links."""
        if not message.thread_key.startswith("spaces/"):
            return Rejected(reason="an app writes where it was added: no space is known")
        if lost := [file.name for file in message.attachments if not file.url]:
            return Rejected(reason=f"{lost[0]} can only go as a link, and there is none")
        links = (f"<{file.url}|{file.name}>" for file in message.attachments)
        text = "\n".join(part for part in (message.text, *links) if part)
        bodies = [{"text": one} for one in split_text(text, MAX_TEXT_BYTES, "bytes")]
        if message.quick_replies:
            bodies[-1] |= _buttons(message.quick_replies)
        return await send_pieces(
            [self._piece(message, body, number) for number, body in enumerate(bodies)]
        )

    def _piece(self, message: OutboundMessage, body: dict[str, Any], number: int) -> Piece:
        """Google drops a request id that it has seen; for how long, it does not say."""
        space = "/".join(message.thread_key.split("/")[:2])
        query = {"requestId": f"parley-{message.id}-{number}"}
        if "/threads/" in message.thread_key:
            query["messageReplyOption"] = "REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD"
            body = {**body, "thread": {"name": message.thread_key}}
        url = f"{self._base}/v1/{quote(space)}/messages?{urlencode(query)}"

        async def send() -> SendOutcome:
            try:
                reply = await self._api.post_json(url, msgspec.json.encode(body))
            except CredentialsRefused as error:
                return ReauthNeeded(reason=str(error))
            return _outcome(reply)

        return Piece(name="a part of the text", send=lambda: attempt(send))

    @property
    def _base(self) -> str:
        return self._settings.base_url.rstrip("/")

    async def _renew(self, _last: Token | None) -> Token:
        form = {"grant_type": GRANT, "assertion": _assertion(self._settings.service_account)}
        answer = self._http.request(
            "POST",
            LOGIN,
            headers={"content-type": "application/x-www-form-urlencoded"},
            body=urlencode(form).encode(),
        )
        return await granted(answer, _granted)

    def rate_keys(self, message: OutboundMessage) -> tuple[str, ...]:
        """One bucket for the app, one for each space."""
        return ("inbox", f"recipient:{'/'.join(message.thread_key.split('/')[:2])}")

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """See ``MediaPort``: by the Chat API only."""
        try:
            token = await self._api.token()
        except (CredentialsRefused, NotSent) as error:
            raise FetchFailed(str(error), retry=True) from error
        url = f"{self._base}/v1/media/{quote(ref, safe='/')}?alt=media"
        return self._http.stream(url, headers={"authorization": f"Bearer {token}"})

    async def check(self) -> Health:
        """See ``HealthChecker``."""

        async def look() -> Health:
            try:
                await self._api.token()
            except CredentialsRefused as error:
                advice = "Make a new key of the service account and paste the whole JSON file."
                return Health(ok=False, detail=str(error), advice=advice)
            return Health(ok=True, detail="the credentials are accepted")

        return await probe(look)


def _outcome(reply: HttpReply) -> SendOutcome:
    """403 is about this space, unless it is about the project."""
    if reply.ok:
        sent = reply.read(Sent)
        return Accepted(native_ids=(sent.name,) if sent and sent.name else ())
    words = reply.body[:2000].decode("utf-8", "replace")
    if reply.status == FORBIDDEN and not any(mark in words for mark in OURS):
        return Rejected(reason=f"403: {words}"[:500], code="403")
    return of_reply(reply)


def _assertion(key_file: str) -> str:
    """Our word for who we are (RFC 7523 section 2.1); raises CredentialsRefused."""
    now = int(utc_now().timestamp())
    try:
        account = msgspec.json.decode(key_file, type=ServiceAccount)
        claims = {
            "iss": account.client_email,
            "scope": SCOPE,
            "aud": LOGIN,
            "iat": now,
            "exp": now + LIFE_S,
        }
        headers = {"kid": account.private_key_id}
        return jwt.encode(claims, account.private_key, algorithm="RS256", headers=headers)
    except (msgspec.DecodeError, jwt.PyJWTError, ValueError, TypeError) as error:
        raise CredentialsRefused("the service account key is no JSON key file") from error


def _buttons(labels: tuple[str, ...]) -> dict[str, Any]:
    buttons = [
        {
            "text": label,
            "onClick": {
                "action": {"function": "reply", "parameters": [{"key": LABEL, "value": label}]}
            },
        }
        for label in labels[:BUTTONS_MAX]
    ]
    card = {"sections": [{"widgets": [{"buttonList": {"buttons": buttons}}]}]}
    return {"cardsV2": [{"cardId": "replies", "card": card}]}


def _granted(reply: HttpReply) -> tuple[str, float] | None:
    found = reply.read(Grant)
    return (found.access_token, found.expires_in) if found else None
