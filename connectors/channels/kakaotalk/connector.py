"""KakaoTalk: the skill is acknowledged at once, the answer goes to its callback."""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec

from connectors.channels.kakaotalk.inbound import parse_payload, read_payload
from connectors.contract import (
    Accepted,
    Account,
    OutboundFile,
    OutboundMessage,
    Parsed,
    Rejected,
    SendOutcome,
    WebhookRequest,
    WebhookResponse,
    WindowClosed,
)
from connectors.errors import Malformed, Unauthentic
from connectors.http import Http, HttpReply
from connectors.kit.outcomes import attempt, of_reply
from connectors.kit.signatures import same
from connectors.kit.splitting import split_text

KEY = "x-parley-key"
MAX_CHARS, MAX_OUTPUTS, BUTTONS_MAX, LABEL_MAX = 1000, 3, 10, 14
PICTURES = {"image/jpeg", "image/png"}
OVER = {404, 410}
CLOSED = "KakaoTalk takes one answer, within a minute of the customer's words"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """From the chatbot admin center. The inbox's address is the channel's name."""

    shared_key: Annotated[
        str,
        msgspec.Meta(
            min_length=16,
            title="Shared key",
            description="Made up by you: the skill's header X-Parley-Key, at least 16 characters",
            extra={"secret": True, "signs": True},
        ),
    ]
    waiting: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            max_length=200,
            title="First words",
            description="What the customer reads at once, until somebody answers",
        ),
    ] = "Thank you. Somebody will read this in a moment."


class Taken(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the callback answers, with status 200 or not."""

    task_id: str = ""
    status: str = ""
    message: str = ""


def connect(account: Account, http: Http) -> "KakaoTalk":
    """The connector of one inbox."""
    return KakaoTalk(account, http)


class KakaoTalk:
    """Receiver, sender and media of one chatbot."""

    idempotent = False

    def __init__(self, account: Account, http: Http) -> None:
        self._settings: Settings = account.settings
        self._http = http

    def verify(self, request: WebhookRequest) -> bool:
        """See ``WebhookReceiver``. Kakao signs nothing; it repeats the header we gave it."""
        if not same(request.headers.get(KEY, ""), self._settings.shared_key):
            raise Unauthentic("X-Parley-Key is missing or wrong: compare it with the skill's")
        return True

    def handshake(self, request: WebhookRequest) -> WebhookResponse | None:
        """Kakao has none."""
        return None

    def parse(self, request: WebhookRequest) -> Parsed:
        """See ``WebhookReceiver``."""
        return parse_payload(request.body, request.received_at)

    def ack(self, request: WebhookRequest) -> WebhookResponse:
        """Within five seconds, and it is shown: as what comes first, or as all that comes."""
        try:
            later = bool(read_payload(request.body).user_request.callback_url)
        except Malformed:
            later = False
        words = self._settings.waiting
        shown: dict[str, Any] = (
            {"useCallback": True, "data": {"text": words}}
            if later
            else {"template": {"outputs": [_text(words)]}}
        )
        body = msgspec.json.encode({"version": "2.0", **shown})
        return WebhookResponse(body=body, headers={"content-type": "application/json"})

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """See ``Sender``: all in one request, for the callback may be used once."""
        if not message.reply_handle:
            return WindowClosed(reason=CLOSED)
        if not _is_kakao(message.reply_handle):
            return Rejected(reason="the callback is not Kakao's")
        if lost := [file.name for file in message.attachments if not file.url]:
            return Rejected(reason=f"Kakao fetches files by public links; none for {lost[0]}")
        outputs = _outputs(message)
        if not 0 < len(outputs) <= MAX_OUTPUTS:
            return Rejected(reason=f"an answer has one to {MAX_OUTPUTS} bubbles")
        template: dict[str, Any] = {"outputs": outputs}
        if message.quick_replies:
            template["quickReplies"] = [_button(one) for one in message.quick_replies[:BUTTONS_MAX]]
        body = msgspec.json.encode({"version": "2.0", "template": template})

        async def post() -> SendOutcome:
            headers = {"content-type": "application/json"}
            url = message.reply_handle
            return _outcome(await self._http.request("POST", url, headers=headers, body=body))

        return await attempt(post)

    def rate_keys(self, message: OutboundMessage) -> tuple[str, ...]:
        """One bucket for the bot."""
        return ("inbox",)

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """See ``MediaPort``: Kakao's links are open for a while."""
        return self._http.stream(ref)


def _is_kakao(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" and (parts.hostname or "").endswith(".kakao.com")


def _outcome(reply: HttpReply) -> SendOutcome:
    said = reply.read(Taken) or Taken()
    if reply.status in OVER:
        return WindowClosed(reason=f"{CLOSED} ({reply.status} {said.message})")
    if not reply.ok:
        return of_reply(reply, said.message)
    if said.status not in {"", "SUCCESS"}:
        return Rejected(reason=said.message or said.status, code=said.status)
    return Accepted(native_ids=(said.task_id,) if said.task_id else ())


def _outputs(message: OutboundMessage) -> list[dict[str, Any]]:
    """Pictures are bubbles where there is room; all other files are links in the text."""
    pictures = [file for file in message.attachments if file.media_type in PICTURES]
    others = [file for file in message.attachments if file.media_type not in PICTURES]
    texts = _texts(message.text, others)
    if len(texts) + len(pictures) > MAX_OUTPUTS:
        texts, pictures = _texts(message.text, list(message.attachments)), []
    return [*map(_text, texts), *map(_picture, pictures)]


def _texts(text: str, files: list[OutboundFile]) -> list[str]:
    """At a word where that is enough, else as full as they may be."""
    whole = "\n".join(part for part in (text, *(file.url for file in files)) if part)
    pieces = [one for one in split_text(whole, MAX_CHARS) if one]
    if len(pieces) <= MAX_OUTPUTS:
        return pieces
    return [whole[at : at + MAX_CHARS] for at in range(0, len(whole), MAX_CHARS)]


def _text(text: str) -> dict[str, Any]:
    return {"simpleText": {"text": text}}


def _picture(file: OutboundFile) -> dict[str, Any]:
    return {"simpleImage": {"imageUrl": file.url, "altText": file.name}}


def _button(label: str) -> dict[str, str]:
    return {"label": label[:LABEL_MAX], "action": "message", "messageText": label}
