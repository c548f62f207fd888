"""Replies by Mattermost's REST API (https://developers.mattermost.com/api-documentation/)."""

import secrets
from typing import Any
from urllib.parse import urlencode

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
from connectors.http import Http, HttpReply, LineBroken, NotSent
from connectors.kit.multipart import Upload, multipart
from connectors.kit.outcomes import Refusal, attempt, of_refusal, of_reply, retry_after
from connectors.kit.pieces import Piece, send_pieces
from connectors.kit.splitting import split_text

MAX_TEXT = 16_383
FILES_MAX = 10
FORBIDDEN, TOO_MANY = 403, 429
JSON = {"content-type": "application/json"}


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    id: str | None = None
    username: str = ""
    message: str = ""


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    file_infos: list[_Answer] = []


class MattermostApi:
    """One bot's calls."""

    def __init__(self, http: Http, base_url: str, token: str) -> None:
        self._http = http
        self._url = f"{base_url.rstrip('/')}/api/v4"
        self._headers = {"authorization": f"Bearer {token}"}

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """Posts in the thread; files on the first of them."""
        channel, _, root = message.thread_key.partition(":")
        if not channel:
            return Rejected(reason="there is no channel with this person yet")
        links = [file.url for file in message.attachments if file.url and not file.size]
        files = [file for file in message.attachments if file.size][:FILES_MAX]
        text = "\n".join(part for part in (message.text, *links) if part)
        texts = split_text(text, MAX_TEXT) if text else [""]
        place = {"channel_id": channel, "root_id": root or message.reply_to}
        pieces = [
            self._piece(place, one, files if number == 0 else [])
            for number, one in enumerate(texts)
        ]
        return await send_pieces(pieces)

    def _piece(self, place: dict[str, str], text: str, files: list[OutboundFile]) -> Piece:
        async def send() -> SendOutcome:
            said: dict[str, Any] = {name: value for name, value in place.items() if value}
            said["message"] = text
            if files:
                kept = await self._upload(place["channel_id"], files)
                if not isinstance(kept, list):
                    return kept
                said["file_ids"] = kept
            return outcome_of(await self._post("/posts", msgspec.json.encode(said)))

        name = files[0].name if files and not text else "a part of the text"
        return Piece(name=name, send=lambda: attempt(send))

    async def _upload(self, channel: str, files: list[OutboundFile]) -> list[str] | SendOutcome:
        """Their ids; nobody sees them before a post names them."""
        boundary = secrets.token_hex(16)
        uploads = [
            ("files", Upload(name=file.name, media_type=file.media_type, open=file.open))
            for file in files
        ]
        try:
            reply = await self._http.request(
                "POST",
                f"{self._url}/files?{urlencode({'channel_id': channel})}",
                headers={
                    **self._headers,
                    "content-type": f"multipart/form-data; boundary={boundary}",
                },
                body=multipart(boundary, {"channel_id": channel}, uploads),
                timeout_s=50,
            )
        except LineBroken as error:
            raise NotSent(f"the upload broke: {error}") from error
        kept = reply.read(_Kept)
        if not reply.ok or kept is None or len(kept.file_infos) != len(files):
            return refused(reply) if not reply.ok else RetryLater(reason="an upload has no id")
        return [one.id or "" for one in kept.file_infos]

    async def _post(self, path: str, body: bytes) -> HttpReply:
        return await self._http.request(
            "POST", f"{self._url}{path}", headers={**self._headers, **JSON}, body=body
        )

    async def call(self, method: str, path: str, said: dict[str, Any] | None) -> HttpReply:
        """One call with a body of JSON, or none."""
        body = b"" if said is None else msgspec.json.encode(said)
        headers = {**self._headers, **({} if said is None else JSON)}
        return await self._http.request(method, f"{self._url}{path}", headers=headers, body=body)

    async def check(self) -> Health:
        """Whether the token is good, and whose it is."""
        reply = await self._http.request(
            "GET", f"{self._url}/users/me", headers=self._headers, timeout_s=8
        )
        me = reply.read(_Answer)
        if reply.ok and me is not None:
            return Health(ok=True, detail=f"the token is @{me.username}'s")
        advice = "Make a new token for the bot (Integrations > Bot Accounts) and enter it."
        return Health(ok=False, detail=f"Mattermost answered {reply.status}", advice=advice)


def outcome_of(reply: HttpReply) -> SendOutcome:
    """A created post names itself."""
    if not reply.ok:
        return refused(reply)
    answer = reply.read(_Answer)
    if answer is None or not answer.id:
        return OutcomeUnknown(reason="no id in the answer")
    return Accepted(native_ids=(answer.id,))


def refused(reply: HttpReply) -> SendOutcome:
    """403 speaks of the channel, not of the token; errors carry their own id."""
    answer = reply.read(_Answer)
    if answer is None or not answer.message:
        return of_reply(reply)
    code = answer.id or ""
    if reply.status == FORBIDDEN:
        return Rejected(reason=answer.message, code=code)
    wait = retry_after(reply)
    if reply.status == TOO_MANY and wait is None:
        reset = reply.headers.get("x-ratelimit-reset", "")
        wait = min(float(reset), 3600.0) if reset.isdecimal() else None
    return of_refusal(Refusal(status=reply.status, reason=answer.message, code=code, after_s=wait))
