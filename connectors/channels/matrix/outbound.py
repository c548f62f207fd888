"""Replies by the client-server API: a PUT with our own transaction id, which it takes once."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

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
from connectors.kit.media_kinds import kind_of
from connectors.kit.outcomes import Refusal, attempt, of_refusal, of_reply, retry_after
from connectors.kit.pieces import Piece, send_pieces
from connectors.kit.splitting import split_text

MAX_BYTES = 16_000  # an event has 65,536 bytes (client-server API, "Size limits"), HTML included
TOO_MANY = 429
JSON = {"content-type": "application/json"}
REFUSED = {"M_FORBIDDEN", "M_NOT_FOUND", "M_TOO_LARGE", "M_BAD_JSON", "M_UNRECOGNIZED"}
MSGTYPES = {"image": "m.image", "audio": "m.audio", "video": "m.video"}


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    event_id: str = ""
    content_uri: str = ""
    user_id: str = ""
    errcode: str = ""
    error: str = ""
    retry_after_ms: int | None = None


class MatrixApi:
    """One user's calls."""

    def __init__(self, http: Http, base_url: str, token: str) -> None:
        self._http = http
        self._url = base_url.rstrip("/")
        self._headers = {"authorization": f"Bearer {token}"}

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """Words first, then files, each an event of its own."""
        if not message.thread_key:
            return Rejected(reason="there is no room with this person yet")
        links = [file.url for file in message.attachments if file.url and not file.size]
        text = "\n".join(part for part in (message.text, *links) if part)
        pieces = []
        texts = split_text(text, MAX_BYTES, "bytes") if text else []
        for number, one in enumerate(texts):
            html = message.html if len(texts) == 1 and not links else None
            pieces.append(self._text_piece(message, number, one, html))
        files = [file for file in message.attachments if file.size]
        for number, file in enumerate(files, len(texts)):
            pieces.append(self._file_piece(message, number, file))
        return await send_pieces(pieces)

    def _text_piece(
        self, message: OutboundMessage, number: int, text: str, html: str | None
    ) -> Piece:
        content: dict[str, Any] = {"msgtype": "m.text", "body": text, "m.mentions": {}}
        if html and len(html.encode()) <= 2 * MAX_BYTES:
            content |= {"format": "org.matrix.custom.html", "formatted_body": html}
        if message.reply_to and number == 0:
            content["m.relates_to"] = {"m.in_reply_to": {"event_id": message.reply_to}}
        return Piece(
            name="a part of the text",
            send=lambda: attempt(lambda: self._put(message, number, content)),
        )

    def _file_piece(self, message: OutboundMessage, number: int, file: OutboundFile) -> Piece:
        async def send() -> SendOutcome:
            uploaded = await self._upload(file)
            if not isinstance(uploaded, str):
                return uploaded
            content = {
                "msgtype": MSGTYPES.get(kind_of(file.media_type), "m.file"),
                "body": file.name,
                "filename": file.name,
                "url": uploaded,
                "info": {"mimetype": file.media_type, "size": file.size},
            }
            return await self._put(message, number, content)

        return Piece(name=file.name, send=lambda: attempt(send))

    async def _upload(self, file: OutboundFile) -> str | SendOutcome:
        """The file's ``mxc:`` address; nobody sees it before an event names it. Synapse wants to
        know the length beforehand.
        """
        try:
            reply = await self._call(
                "POST",
                f"/_matrix/media/v3/upload?{urlencode({'filename': file.name})}",
                body=file.open(),
                headers={"content-type": file.media_type, "content-length": str(file.size)},
            )
        except LineBroken as error:
            raise NotSent(f"the upload broke: {error}") from error
        answer = reply.read(_Answer)
        if reply.ok and answer and answer.content_uri:
            return answer.content_uri
        return refused(reply) if not reply.ok else RetryLater(reason="the upload has no address")

    async def _put(
        self, message: OutboundMessage, number: int, content: dict[str, Any]
    ) -> SendOutcome:
        room, txn = quote(message.thread_key, safe=""), quote(f"{message.id}.{number}", safe="")
        reply = await self._call(
            "PUT",
            f"/_matrix/client/v3/rooms/{room}/send/m.room.message/{txn}",
            body=msgspec.json.encode(content),
        )
        if not reply.ok:
            return refused(reply)
        answer = reply.read(_Answer)
        if answer is None or not answer.event_id:
            return OutcomeUnknown(reason="no event_id in the answer")
        return Accepted(native_ids=(answer.event_id,))

    async def put(self, path: str, content: Mapping[str, Any]) -> HttpReply:
        """One PUT of JSON."""
        return await self._call("PUT", path, body=msgspec.json.encode(content))

    def event_id(self, reply: HttpReply) -> str:
        """The event that a reply names, or ""."""
        answer = reply.read(_Answer)
        return answer.event_id if answer else ""

    async def check(self, own_id: str) -> Health:
        """Whether the token is good, and whose it is."""
        reply = await self._call("GET", "/_matrix/client/v3/account/whoami", timeout_s=8)
        answer = reply.read(_Answer)
        if not reply.ok or answer is None:
            advice = "Make a new access token for the user and put it into the inbox."
            return Health(ok=False, detail=f"the homeserver answered {reply.status}", advice=advice)
        if own_id and answer.user_id != own_id:
            advice = "Put the user's full id into the inbox's address."
            return Health(ok=False, detail=f"the token is {answer.user_id}'s", advice=advice)
        return Health(ok=True, detail=f"the token is {answer.user_id}'s")

    async def _call(
        self,
        method: str,
        path: str,
        *,
        body: Body = b"",
        headers: Mapping[str, str] = JSON,
        timeout_s: float = 30.0,
    ) -> HttpReply:
        return await self._http.request(
            method,
            f"{self._url}{path}",
            headers={**self._headers, **headers},
            body=body,
            timeout_s=timeout_s,
        )


def refused(reply: HttpReply) -> SendOutcome:
    """By the standard error codes; 403 speaks of the room, not of the token."""
    answer = reply.read(_Answer)
    if answer is None or not answer.errcode:
        return of_reply(reply)
    reason = f"{answer.errcode}: {answer.error}"
    if reply.status == TOO_MANY:
        hint = answer.retry_after_ms / 1000 if answer.retry_after_ms is not None else None
        return RetryLater(reason=reason, after_s=retry_after(reply) or hint)
    if answer.errcode in REFUSED:
        return Rejected(reason=reason, code=answer.errcode)
    return of_refusal(Refusal(status=reply.status, reason=reason, code=answer.errcode))
