"""Replies by Discord's REST API (https://discord.com/developers/docs/resources/message)."""

import secrets
from collections.abc import Mapping
from typing import Any

import msgspec

from connectors.contract import (
    Accepted,
    Health,
    OutboundFile,
    OutboundMessage,
    OutcomeUnknown,
    Rejected,
    RetryLater,
    SendOutcome,
)
from connectors.http import Body, Http, HttpReply, LineBroken, NotSent
from connectors.kit.multipart import Upload, multipart
from connectors.kit.outcomes import Refusal, attempt, of_refusal, of_reply, retry_after
from connectors.kit.pieces import Piece, send_pieces
from connectors.kit.splitting import split_text

MAX_TEXT = 2000
BUTTONS_MAX, ROW, BUTTON_CHARS = 25, 5, 80
TOO_MANY = 429
JSON = {"content-type": "application/json"}


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    id: str = ""
    message: str = ""
    code: int = 0
    retry_after: float | None = None


class DiscordApi:
    """One bot's calls."""

    def __init__(self, http: Http, base_url: str, token: str) -> None:
        self._http = http
        self._url = base_url.rstrip("/")
        self._headers = {"authorization": f"Bot {token}"}

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """Into the channel; somebody who never wrote gets a direct message."""
        channel = message.thread_key or await self.direct(message.recipient.value)
        if not isinstance(channel, str):
            return channel
        links = [file.url for file in message.attachments if file.url and not file.size]
        files = [file for file in message.attachments if file.size]
        text = "\n".join(part for part in (message.text, *links) if part)
        texts = split_text(text, MAX_TEXT) if text else [""]
        pieces = []
        for number, one in enumerate(texts):
            said = _said(message, one, number)
            if number == len(texts) - 1 and message.quick_replies:
                said["components"] = _rows(message.quick_replies)
            mine = files if number == 0 else []
            pieces.append(self._piece(channel, said, mine))
        return await send_pieces(pieces)

    def _piece(self, channel: str, said: Mapping[str, Any], files: list[OutboundFile]) -> Piece:
        async def send() -> SendOutcome:
            url = f"{self._url}/channels/{channel}/messages"
            body, headers = _body(said, files)
            return outcome_of(
                await self._http.request(
                    "POST", url, headers={**self._headers, **headers}, body=body
                )
            )

        name = files[0].name if files else "a part of the text"
        return Piece(name=name, send=lambda: attempt(send))

    async def direct(self, user_id: str) -> str | SendOutcome:
        """The channel of direct messages; opening it says nothing yet."""
        found: list[str] = []

        async def ask() -> SendOutcome:
            try:
                reply = await self._http.request(
                    "POST",
                    f"{self._url}/users/@me/channels",
                    headers={**self._headers, **JSON},
                    body=msgspec.json.encode({"recipient_id": user_id}),
                )
            except LineBroken as error:
                raise NotSent(str(error)) from error
            outcome = outcome_of(reply)
            if isinstance(outcome, Accepted):
                found.extend(outcome.native_ids)
            return outcome

        outcome = await attempt(ask)
        if found:
            return found[0]
        return Rejected(reason="no direct channel") if isinstance(outcome, Accepted) else outcome

    async def call(self, method: str, path: str, said: Mapping[str, Any] | None) -> HttpReply:
        """One call with a body of JSON, or none."""
        body = b"" if said is None else msgspec.json.encode(said)
        headers = {**self._headers, **({} if said is None else JSON)}
        return await self._http.request(method, f"{self._url}{path}", headers=headers, body=body)

    async def check(self) -> Health:
        """Whether the token is good."""
        reply = await self._http.request(
            "GET", f"{self._url}/users/@me", headers=self._headers, timeout_s=8
        )
        if reply.ok:
            return Health(ok=True, detail="the token is accepted")
        advice = "Reset the bot's token at the developer portal and copy it anew."
        return Health(ok=False, detail=f"Discord answered {reply.status}", advice=advice)


class Relay:
    """A bot of one's own that takes replies as JSON."""

    def __init__(self, http: Http, url: str) -> None:
        self._http = http
        self._url = url

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """One request with everything in it; files by their links."""
        if lost := [file.name for file in message.attachments if not file.url]:
            return Rejected(reason=f"a relay takes files by links; none for {lost[0]}")
        body = {
            "id": message.id,
            "text": message.text,
            "to": message.recipient.value,
            "channel": message.thread_key,
            "attachments": [file.url for file in message.attachments],
            "quick_replies": message.quick_replies,
        }

        async def ask() -> SendOutcome:
            reply = await self._http.request(
                "POST", self._url, headers=JSON, body=msgspec.json.encode(body)
            )
            return Accepted(native_ids=(message.id,)) if reply.ok else of_reply(reply)

        return await attempt(ask)


def _said(message: OutboundMessage, text: str, number: int) -> dict[str, Any]:
    """``nonce`` makes Discord drop a repeat of the last minutes."""
    said: dict[str, Any] = {
        "content": text,
        "allowed_mentions": {"parse": []},
        "nonce": f"{message.id}.{number}"[-25:],
        "enforce_nonce": True,
    }
    if message.reply_to and number == 0:
        said["message_reference"] = {
            "message_id": message.reply_to,
            "fail_if_not_exists": False,
        }
    return said


def _rows(labels: tuple[str, ...]) -> list[dict[str, Any]]:
    buttons = [
        {"type": 2, "style": 2, "label": label[:BUTTON_CHARS], "custom_id": label[:100]}
        for label in dict.fromkeys(labels[:BUTTONS_MAX])
    ]
    return [{"type": 1, "components": buttons[at : at + ROW]} for at in range(0, len(buttons), ROW)]


def _body(said: Mapping[str, Any], files: list[OutboundFile]) -> tuple[Body, dict[str, str]]:
    if not files:
        return msgspec.json.encode(said), JSON
    boundary = secrets.token_hex(16)
    named = [{"id": number, "filename": file.name} for number, file in enumerate(files)]
    fields = {"payload_json": msgspec.json.encode({**said, "attachments": named}).decode()}
    parts = {
        f"files[{number}]": Upload(name=file.name, media_type=file.media_type, open=file.open)
        for number, file in enumerate(files)
    }
    headers = {"content-type": f"multipart/form-data; boundary={boundary}"}
    return multipart(boundary, fields, parts), headers


def outcome_of(reply: HttpReply) -> SendOutcome:
    """A success names a message (or a channel)."""
    answer = reply.read(_Answer)
    if reply.ok:
        id = answer.id if answer else ""
        return Accepted(native_ids=(id,)) if id else OutcomeUnknown(reason="no id in the answer")
    if answer is None or not answer.message:
        return of_reply(reply)
    reason = f"{answer.message} ({answer.code})"
    if reply.status == TOO_MANY:
        return RetryLater(reason=reason, after_s=answer.retry_after or retry_after(reply))
    if answer.code in REFUSALS:
        return Rejected(reason=reason, code=str(answer.code))
    return of_refusal(Refusal(status=reply.status, reason=reason, after_s=retry_after(reply)))


# 403 that are no matter of the token: unknown or closed channels, people who take no messages
REFUSALS = {10003, 10008, 50001, 50007, 50013, 50035, 340015}
