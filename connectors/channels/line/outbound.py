"""A reply by LINE: with the reply token while it lasts (free), by push afterwards.

https://developers.line.biz/en/reference/messaging-api/#send-push-message
"""

import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from connectors.contract import (
    Accepted,
    OutboundFile,
    OutboundMessage,
    Rejected,
    SendOutcome,
)
from connectors.http import Http, HttpReply, LineBroken
from connectors.kit.outcomes import Refusal, attempt, of_refusal, of_reply, retry_after
from connectors.kit.pieces import Piece, send_pieces
from connectors.kit.splitting import split_text

MAX_TEXT = 5000
BATCH = 5
BUTTONS_MAX, BUTTON_CHARS = 13, 20
INVALID, CONFLICT = 400, 409
USED_UP = "Invalid reply token"
UNTIMED_MS = 60_000  # LINE wants a length; a player shows the true one
NAMESPACE = uuid.UUID("8d1c8b1e-6a39-4f0b-9a52-4d7f6b1f5c10")


class _Sent(msgspec.Struct, frozen=True, kw_only=True):
    id: str


class _Detail(msgspec.Struct, frozen=True, kw_only=True):
    message: str = ""


class _Answer(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    sent_messages: list[_Sent] = []
    message: str = ""
    details: list[_Detail] = []


class LineApi:
    """One account's sends."""

    def __init__(self, http: Http, base_url: str, token: str) -> None:
        self._http = http
        self._url = f"{base_url.rstrip('/')}/v2/bot/message"
        self._headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """At most five bubbles a call; the token serves the first call."""
        if lost := [file.name for file in message.attachments if not file.url]:
            return Rejected(reason=f"LINE fetches files by public links; none for {lost[0]}")
        bubbles = bubbles_of(message)
        batches = [bubbles[at : at + BATCH] for at in range(0, len(bubbles), BATCH)]
        pieces = [self._piece(message, batch, number) for number, batch in enumerate(batches)]
        return await send_pieces(pieces)

    def _piece(self, message: OutboundMessage, batch: Sequence[Any], number: int) -> Piece:
        async def send() -> SendOutcome:
            if message.reply_handle and number == 0:
                outcome = await self._reply(message.reply_handle, batch)
                if outcome is not None:
                    return outcome
            return await self._push(message, batch, number)

        return Piece(name="a part of the message", send=lambda: attempt(send))

    async def _reply(self, token: str, batch: Sequence[Any]) -> SendOutcome | None:
        """None when the token is used up: nothing was sent."""
        body = {"replyToken": token, "messages": batch}
        reply = await self._http.request(
            "POST", f"{self._url}/reply", headers=self._headers, body=msgspec.json.encode(body)
        )
        answer = reply.read(_Answer)
        if reply.status == INVALID and answer is not None and USED_UP in answer.message:
            return None
        return outcome_of(reply)

    async def _push(
        self, message: OutboundMessage, batch: Sequence[Any], number: int
    ) -> SendOutcome:
        """The retry key makes LINE drop a repeat for a day, so a broken line is tried once more."""
        to = message.thread_key or message.recipient.value
        key = uuid.uuid5(NAMESPACE, f"{message.id}.{number}")
        headers = {**self._headers, "x-line-retry-key": str(key)}
        body = msgspec.json.encode({"to": to, "messages": batch})
        try:
            reply = await self._http.request(
                "POST", f"{self._url}/push", headers=headers, body=body
            )
        except LineBroken:
            reply = await self._http.request(
                "POST", f"{self._url}/push", headers=headers, body=body
            )
        return outcome_of(reply)


def bubbles_of(message: OutboundMessage) -> list[dict[str, Any]]:
    """Files first, so that the buttons hang on the last words."""
    bubbles = [_file(file) for file in message.attachments]
    texts = split_text(message.text, MAX_TEXT, "utf16") if message.text else []
    bubbles += [{"type": "text", "text": text} for text in texts]
    if message.quick_replies and bubbles:
        items = [
            {
                "type": "action",
                "action": {"type": "message", "label": label[:BUTTON_CHARS], "text": label},
            }
            for label in message.quick_replies[:BUTTONS_MAX]
        ]
        bubbles[-1]["quickReply"] = {"items": items}
    return bubbles


def _file(file: OutboundFile) -> dict[str, Any]:
    """Pictures and sound as what they are; all else as a link."""
    kind = file.media_type.partition("/")[0]
    if kind == "image":
        return {"type": "image", "originalContentUrl": file.url, "previewImageUrl": file.url}
    if kind == "audio":
        return {"type": "audio", "originalContentUrl": file.url, "duration": UNTIMED_MS}
    return {"type": "text", "text": f"{file.name} {file.url}"}


def outcome_of(reply: HttpReply) -> SendOutcome:
    """409 with a retry key: it was taken the first time."""
    answer = reply.read(_Answer)
    if reply.ok or reply.status == CONFLICT:
        ids = answer.sent_messages if answer else []
        return Accepted(native_ids=tuple(one.id for one in ids))
    if answer is None or not answer.message:
        return of_reply(reply)
    details = "; ".join(one.message for one in answer.details if one.message)
    words = f"{answer.message} {details}".strip()
    return of_refusal(Refusal(status=reply.status, reason=words, after_s=retry_after(reply)))
