"""A reply by the Send API, and what its answers mean.

https://developers.facebook.com/docs/messenger-platform/reference/send-api
"""

import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import msgspec

from connectors.acts import Correspondent
from connectors.contract import (
    Accepted,
    Health,
    OutboundFile,
    OutboundMessage,
    OutcomeUnknown,
    ReauthNeeded,
    Rejected,
    RetryLater,
    SendOutcome,
    WindowClosed,
)
from connectors.http import Body, Http, HttpReply
from connectors.kit.multipart import Upload, multipart
from connectors.kit.outcomes import attempt, of_reply, retry_after
from connectors.kit.pieces import Piece, send_pieces
from connectors.kit.splitting import split_text
from connectors.manifest import LengthUnit

BUTTONS_MAX, BUTTON_CHARS = 13, 20
KINDS = {"image": "image", "video": "video", "audio": "audio"}

# https://developers.facebook.com/docs/messenger-platform/error-codes
LATER = {2, 4, 17, 32, 341, 613, 1200, 80006}
CLOSED_SUBCODES = {2018278, 2534022, 2018108}
REAUTH = {10, 102, 190, 200, 210, 230, 463, 467}
TOO_MANY = 429


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """How long a text may be, and whether the platform takes bytes (else links only)."""

    length: int
    unit: LengthUnit
    takes_bytes: bool


class SendApi:
    """One page's calls."""

    def __init__(self, http: Http, base_url: str, token: str, limit: Limit) -> None:
        self._http = http
        self._url = base_url.rstrip("/")
        self._headers = {"authorization": f"Bearer {token}"}
        self._limit = limit

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """Files first, so that the buttons hang on the last words."""
        bare = [file.name for file in message.attachments if not file.url]
        if bare and not self._limit.takes_bytes:
            return Rejected(reason=f"files go by public links; none for {bare[0]}")
        pieces = [self._file_piece(message, file) for file in message.attachments]
        limit = self._limit
        texts = split_text(message.text, limit.length, limit.unit) if message.text else []
        for number, text in enumerate(texts, 1):
            buttons = message.quick_replies if number == len(texts) else ()
            pieces.append(self._text_piece(message, text, buttons))
        return await send_pieces(pieces)

    def _text_piece(self, message: OutboundMessage, text: str, buttons: Sequence[str]) -> Piece:
        said: dict[str, Any] = {"text": text}
        if buttons:
            said["quick_replies"] = [
                {"content_type": "text", "title": label[:BUTTON_CHARS], "payload": label}
                for label in buttons[:BUTTONS_MAX]
            ]
        body = msgspec.json.encode({**_head(message), "message": said})
        headers = {"content-type": "application/json"}
        return Piece(name="a part of the text", send=lambda: self._post(body, headers))

    def _file_piece(self, message: OutboundMessage, file: OutboundFile) -> Piece:
        kind = KINDS.get(file.media_type.partition("/")[0], "file")
        by_bytes = self._limit.takes_bytes and file.size
        payload: dict[str, Any] = {"is_reusable": not by_bytes}
        if not by_bytes:
            payload["url"] = file.url
        said = {"attachment": {"type": kind, "payload": payload}}
        if not by_bytes:
            body = msgspec.json.encode({**_head(message), "message": said})
            headers = {"content-type": "application/json"}
            return Piece(name=file.name, send=lambda: self._post(body, headers))

        async def send() -> SendOutcome:
            boundary = secrets.token_hex(16)
            fields = {
                name: value if isinstance(value, str) else msgspec.json.encode(value).decode()
                for name, value in {**_head(message), "message": said}.items()
            }
            part = Upload(name=file.name, media_type=file.media_type, open=file.open)
            return await self._post(
                multipart(boundary, fields, {"filedata": part}),
                {"content-type": f"multipart/form-data; boundary={boundary}"},
            )

        return Piece(name=file.name, send=send)

    async def _post(self, body: Body, headers: Mapping[str, str]) -> SendOutcome:
        async def work() -> SendOutcome:
            reply = await self._http.request(
                "POST", f"{self._url}/me/messages", headers={**self._headers, **headers}, body=body
            )
            return outcome_of(reply)

        return await attempt(work)

    async def show_typing(self, to: Correspondent) -> SendOutcome:
        """Shown for twenty seconds, or until a message comes."""
        body = {"recipient": {"id": to.recipient.value}, "sender_action": "typing_on"}

        async def work() -> SendOutcome:
            reply = await self._http.request(
                "POST",
                f"{self._url}/me/messages",
                headers={**self._headers, "content-type": "application/json"},
                body=msgspec.json.encode(body),
            )
            return Accepted(native_ids=()) if reply.ok else outcome_of(reply)

        return await attempt(work)

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """Files lie at public addresses that end after a while."""
        return self._http.stream(ref)

    async def check(self) -> Health:
        """Whether the page's token is good."""
        reply = await self._http.request(
            "GET", f"{self._url}/me?fields=id,name", headers=self._headers, timeout_s=8
        )
        if reply.ok:
            return Health(ok=True, detail="the token is accepted")
        return Health(
            ok=False,
            detail=f"answered {reply.status}: {reply.body[:200].decode('utf-8', 'replace')}",
            advice="Make a new page access token that does not expire, and may send messages.",
        )


def _head(message: OutboundMessage) -> dict[str, Any]:
    head: dict[str, Any] = {
        "messaging_type": "RESPONSE",
        "recipient": {"id": message.recipient.value},
    }
    return head | ({"reply_to": {"mid": message.reply_to}} if message.reply_to else {})


class _Error(msgspec.Struct, frozen=True, kw_only=True):
    code: int = 0
    error_subcode: int = 0
    message: str = ""


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    message_id: str = ""
    error: _Error | None = None


def outcome_of(reply: HttpReply) -> SendOutcome:
    """An error may come with status 200; a success without an id is none that we know of."""
    answer = reply.read(_Answer)
    if answer is not None and answer.error is not None:
        return _refused(reply, answer.error)
    if not reply.ok:
        return of_reply(reply)
    if answer is None or not answer.message_id:
        return OutcomeUnknown(reason="the answer names no message")
    return Accepted(native_ids=(answer.message_id,))


def _refused(reply: HttpReply, error: _Error) -> SendOutcome:
    reason = f"{error.message} ({error.code})"[:500]
    if error.error_subcode in CLOSED_SUBCODES:
        return WindowClosed(reason=reason)
    if error.code in LATER or reply.status == TOO_MANY:
        return RetryLater(reason=reason, after_s=retry_after(reply))
    if error.code in REAUTH:
        return ReauthNeeded(reason=reason)
    return Rejected(reason=reason, code=str(error.code))
