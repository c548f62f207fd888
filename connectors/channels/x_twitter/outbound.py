"""Direct messages by X's API, signed by OAuth 1.0a (its keys do not end).

https://docs.x.com/x-api/direct-messages/manage/introduction
"""

import secrets
from collections.abc import AsyncIterator, Mapping
from typing import Any

import msgspec
from oauthlib.oauth1 import Client

from connectors.contract import (
    Accepted,
    Health,
    OutboundFile,
    OutboundMessage,
    OutcomeUnknown,
    Rejected,
    SendOutcome,
)
from connectors.http import Body, Http, HttpReply, LineBroken, NotSent
from connectors.kit.multipart import Upload, multipart
from connectors.kit.outcomes import Refusal, attempt, of_refusal, of_reply, retry_after
from connectors.kit.pieces import Piece, send_pieces
from connectors.kit.splitting import split_text

MAX_TEXT = 10_000
CATEGORIES = {"image/gif": "dm_gif", "video": "dm_video"}


class Keys(msgspec.Struct, frozen=True):
    """Of the app and of the account, from the developer portal."""

    consumer: str
    consumer_secret: str
    token: str
    token_secret: str


class _Sent(msgspec.Struct, frozen=True, kw_only=True):
    id: str = ""
    dm_event_id: str = ""
    media_id_string: str = ""


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    """``data`` of version 2, ``event`` of version 1.1; problems have a title and details."""

    data: _Sent | None = None
    event: _Sent | None = None
    title: str = ""
    detail: str = ""
    media_id_string: str = ""


class XApi:
    """One account's calls."""

    def __init__(self, http: Http, base_url: str, keys: Keys) -> None:
        self._http = http
        self._url = base_url.rstrip("/")
        self._keys = keys

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """Words first (X has no captions of several files), then files."""
        linked = [file.url for file in message.attachments if file.url and not file.size]
        text = "\n".join(part for part in (message.text, *linked) if part)
        texts = split_text(text, MAX_TEXT) if text else []
        pieces = [self._text_piece(message, one) for one in texts]
        pieces += [self._file_piece(message, file) for file in message.attachments if file.size]
        return await send_pieces(pieces)

    def _text_piece(self, message: OutboundMessage, text: str) -> Piece:
        return Piece(
            name="a part of the text",
            send=lambda: attempt(lambda: self._say(message, {"text": text})),
        )

    def _file_piece(self, message: OutboundMessage, file: OutboundFile) -> Piece:
        async def send() -> SendOutcome:
            id = await self._uploaded(file)
            if not isinstance(id, str):
                return id
            return await self._say(message, {"attachments": [{"media_id": id}]})

        return Piece(name=file.name, send=lambda: attempt(send))

    async def _say(self, message: OutboundMessage, body: Mapping[str, Any]) -> SendOutcome:
        url = f"{self._url}/2/dm_conversations/with/{message.recipient.value}/messages"
        headers = {"content-type": "application/json"}
        return outcome_of(await self._call("POST", url, msgspec.json.encode(body), headers))

    async def _uploaded(self, file: OutboundFile) -> str | SendOutcome:
        boundary = secrets.token_hex(16)
        category = CATEGORIES.get(file.media_type) or CATEGORIES.get(
            file.media_type.partition("/")[0], "dm_image"
        )
        part = Upload(name=file.name, media_type=file.media_type, open=file.open)
        body = multipart(boundary, {"media_category": category}, {"media": part})
        headers = {"content-type": f"multipart/form-data; boundary={boundary}"}
        try:
            reply = await self._call("POST", f"{self._url}/2/media/upload", body, headers)
        except LineBroken as error:  # nobody was told of the file: again is harmless
            raise NotSent(f"the upload broke: {error}") from error
        answer = reply.read(_Answer) or _Answer()
        id = answer.media_id_string or (answer.data.id if answer.data else "")
        if reply.ok and id:
            return id
        return of_reply(reply) if not reply.ok else Rejected(reason="the upload gave no id")

    async def _call(
        self, method: str, url: str, body: Body = b"", headers: Mapping[str, str] | None = None
    ) -> HttpReply:
        signed = {**(headers or {}), **self._signed(method, url)}
        return await self._http.request(method, url, headers=signed, body=body)

    def _signed(self, method: str, url: str) -> dict[str, str]:
        """Only the address is signed: bodies are JSON or files (RFC 5849 section 3.4.1.3)."""
        keys = self._keys
        client = Client(
            keys.consumer,
            client_secret=keys.consumer_secret,
            resource_owner_key=keys.token,
            resource_owner_secret=keys.token_secret,
        )
        _, headers, _ = client.sign(url, http_method=method)
        return {"authorization": headers["Authorization"]}

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """Pictures of direct messages open with our signature, on X's own host only."""
        ours = ref.startswith(("https://ton.twitter.com/", "https://ton.x.com/"))
        return self._http.stream(ref, headers=self._signed("GET", ref) if ours else None)

    async def check(self) -> Health:
        """Whether the keys open the account."""
        reply = await self._call("GET", f"{self._url}/2/users/me")
        if reply.ok:
            return Health(ok=True, detail="the keys are accepted")
        advice = "Generate the access token anew after giving the app direct message permission."
        return Health(ok=False, detail=f"X answered {reply.status}", advice=advice)


def outcome_of(reply: HttpReply) -> SendOutcome:
    """A success names an event."""
    answer = reply.read(_Answer)
    if not reply.ok:
        words = f"{answer.title} {answer.detail}".strip() if answer else ""
        if not words:
            return of_reply(reply)
        return of_refusal(Refusal(status=reply.status, reason=words, after_s=retry_after(reply)))
    sent = (answer.data or answer.event) if answer else None
    id = (sent.dm_event_id or sent.id) if sent else ""
    return Accepted(native_ids=(id,)) if id else OutcomeUnknown(reason="no event in the answer")
