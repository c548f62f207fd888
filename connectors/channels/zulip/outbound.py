"""Replies by Zulip's REST API (https://zulip.com/api/send-message)."""

import secrets
from collections.abc import Mapping
from urllib.parse import quote, urlencode

import msgspec

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
)
from connectors.http import Http, HttpReply, LineBroken, NotSent
from connectors.kit.multipart import Upload, multipart
from connectors.kit.outcomes import Refusal, attempt, of_refusal, of_reply, retry_after
from connectors.kit.pieces import Piece, send_pieces
from connectors.kit.splitting import split_text

MAX_TEXT = 10_000
FORM = {"content-type": "application/x-www-form-urlencoded"}
FORBIDDEN, TOO_MANY = 403, 429
REAUTH = {"UNAUTHORIZED", "INVALID_API_KEY", "USER_DEACTIVATED", "REALM_DEACTIVATED"}


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    result: str = ""
    id: int | None = None
    uri: str = ""
    url: str = ""
    code: str = ""
    msg: str = ""
    retry_after: float | None = msgspec.field(default=None, name="retry-after")
    full_name: str = ""


class ZulipApi:
    """One bot's calls."""

    def __init__(self, http: Http, base_url: str, headers: Mapping[str, str]) -> None:
        self._http = http
        self._url = f"{base_url.rstrip('/')}/api/v1"
        self._headers = headers

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """Words, then a message for each file: Zulip shows files by their links."""
        place = _recipient(message)
        links = [file.url for file in message.attachments if file.url and not file.size]
        text = "\n".join(part for part in (message.text, *links) if part)
        texts = split_text(text, MAX_TEXT) if text else []
        pieces = [self._text_piece(place, one) for one in texts]
        pieces += [self._file_piece(place, file) for file in message.attachments if file.size]
        return await send_pieces(pieces)

    def _text_piece(self, place: Mapping[str, str], text: str) -> Piece:
        return Piece(
            name="a part of the text", send=lambda: attempt(lambda: self._say(place, text))
        )

    def _file_piece(self, place: Mapping[str, str], file: OutboundFile) -> Piece:
        async def send() -> SendOutcome:
            path = await self._upload(file)
            if not isinstance(path, str):
                return path
            name = file.name.replace("[", "(").replace("]", ")")
            return await self._say(place, f"[{name}]({path})")

        return Piece(name=file.name, send=lambda: attempt(send))

    async def _say(self, place: Mapping[str, str], text: str) -> SendOutcome:
        body = urlencode({**place, "content": text}).encode()
        reply = await self._http.request(
            "POST", f"{self._url}/messages", headers={**self._headers, **FORM}, body=body
        )
        answer = reply.read(_Answer)
        if not reply.ok or (answer and answer.result == "error"):
            return refused(reply)
        if answer is None or answer.id is None:
            return OutcomeUnknown(reason="no id in the answer")
        return Accepted(native_ids=(str(answer.id),))

    async def _upload(self, file: OutboundFile) -> str | SendOutcome:
        """The file's path; nobody sees it before a message names it."""
        boundary = secrets.token_hex(16)
        upload = Upload(name=file.name, media_type=file.media_type, open=file.open)
        kind = {"content-type": f"multipart/form-data; boundary={boundary}"}
        try:
            reply = await self._http.request(
                "POST",
                f"{self._url}/user_uploads",
                headers={**self._headers, **kind},
                body=multipart(boundary, {}, {"file": upload}),
                timeout_s=50,
            )
        except LineBroken as error:
            raise NotSent(f"the upload broke: {error}") from error
        answer = reply.read(_Answer)
        path = (answer.url or answer.uri) if answer else ""
        if reply.ok and path:
            return quote(path, safe="/%")
        return refused(reply) if not reply.ok else RetryLater(reason="the upload has no address")

    async def change(self, id: str, text: str | None) -> SendOutcome:
        """Other words for a message of ours; without any it is deleted."""
        body = b"" if text is None else urlencode({"content": text}).encode()
        reply = await self._http.request(
            "DELETE" if text is None else "PATCH",
            f"{self._url}/messages/{quote(id, safe='')}",
            headers={**self._headers, **FORM},
            body=body,
        )
        answer = reply.read(_Answer)
        if not reply.ok or (answer and answer.result == "error"):
            return refused(reply)
        return Accepted(native_ids=())

    async def check(self) -> Health:
        """Whether the key is good, and whose it is."""
        reply = await self._http.request(
            "GET", f"{self._url}/users/me", headers=self._headers, timeout_s=8
        )
        me = reply.read(_Answer)
        if reply.ok and me is not None:
            return Health(ok=True, detail=f"the bot is {me.full_name}")
        advice = "Compare the bot's address and its API key: Settings > Bots."
        return Health(ok=False, detail=f"Zulip answered {reply.status}", advice=advice)


def _recipient(message: OutboundMessage) -> dict[str, str]:
    """A topic, a direct conversation, or somebody who never wrote."""
    channel, _, topic = message.thread_key.partition(":")
    if channel == "dm":
        return {"type": "direct", "to": f"[{topic}]"}
    if channel:
        return {"type": "stream", "to": channel, "topic": topic}
    return {"type": "direct", "to": f"[{message.recipient.value}]"}


def refused(reply: HttpReply) -> SendOutcome:
    """By Zulip's codes (https://zulip.com/api/rest-error-handling)."""
    answer = reply.read(_Answer)
    if answer is None or not answer.msg:
        return of_reply(reply)
    if reply.status == TOO_MANY or answer.code == "RATE_LIMIT_HIT":
        wait = answer.retry_after if answer.retry_after is not None else retry_after(reply)
        return RetryLater(reason=answer.msg, after_s=wait)
    if answer.code in REAUTH:
        return ReauthNeeded(reason=answer.msg)
    if reply.status == FORBIDDEN or reply.ok:
        return Rejected(reason=answer.msg, code=answer.code)
    return of_refusal(Refusal(status=reply.status, reason=answer.msg, code=answer.code))
