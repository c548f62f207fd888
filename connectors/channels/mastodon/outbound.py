"""Replies as posts (https://docs.joinmastodon.org/methods/statuses/#create)."""

import asyncio
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from connectors.channels.mastodon.payload import Handle
from connectors.contract import (
    Accepted,
    Health,
    OutboundFile,
    OutboundMessage,
    OutcomeUnknown,
    RetryLater,
    SendOutcome,
)
from connectors.http import Http, HttpReply, LineBroken, NotSent
from connectors.kit.decoding import UNREADABLE
from connectors.kit.multipart import Upload, multipart
from connectors.kit.outcomes import Refusal, attempt, of_refusal, of_reply, retry_after
from connectors.kit.pieces import Piece, send_pieces
from connectors.kit.splitting import split_text
from storage.ids import utc_now

MAX_TEXT = 500
FILES_MAX = 4
READY, PROCESSING, TOO_MANY = 200, {202, 206}, 429
LOOKS, LOOK_S = 15, 1.0
JSON = {"content-type": "application/json"}


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    id: str = ""
    acct: str = ""
    error: str = ""


class MastodonApi:
    """One account's calls."""

    def __init__(self, http: Http, base_url: str, headers: Mapping[str, str]) -> None:
        self._http = http
        self._url = base_url.rstrip("/")
        self._headers = headers

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """A chain of posts, each answering the one before, seen by whom the customer's was."""
        mention = f"@{message.recipient.value} "
        links = [file.url for file in message.attachments if file.url and not file.size]
        files = [file for file in message.attachments if file.size][:FILES_MAX]
        text = "\n".join(part for part in (message.text, *links) if part)
        texts = split_text(text, MAX_TEXT - len(mention)) if text else [""]
        chain = [_answered(message)]
        pieces = [
            self._piece(message, number, f"{mention}{one}".rstrip(), chain, files)
            for number, one in enumerate(texts)
        ]
        return await send_pieces(pieces)

    def _piece(
        self,
        message: OutboundMessage,
        number: int,
        text: str,
        chain: list[Handle],
        files: list[OutboundFile],
    ) -> Piece:
        async def send() -> SendOutcome:
            said: dict[str, Any] = {"status": text, "visibility": chain[-1].visibility}
            if chain[-1].id:
                said["in_reply_to_id"] = chain[-1].id
            if number == 0 and files:
                ids = await self._upload_all(files)
                if not isinstance(ids, list):
                    return ids
                said["media_ids"] = ids
            outcome = _outcome(await self._say(said, f"{message.id}.{number}"))
            if isinstance(outcome, Accepted):
                chain.append(Handle(id=outcome.native_ids[0], visibility=chain[-1].visibility))
            return outcome

        name = files[0].name if files and not message.text else "a part of the text"
        return Piece(name=name, send=lambda: attempt(send))

    async def _say(self, said: Mapping[str, Any], key: str) -> HttpReply:
        """The key is remembered for an hour only."""
        return await self._http.request(
            "POST",
            f"{self._url}/api/v1/statuses",
            headers={**self._headers, **JSON, "idempotency-key": key},
            body=msgspec.json.encode(said),
        )

    async def _upload_all(self, files: list[OutboundFile]) -> list[str] | SendOutcome:
        """Their ids, once they are ready; nobody sees them before a post names them."""
        ids = []
        try:
            for file in files:
                id = await self._upload(file)
                if not isinstance(id, str):
                    return id
                ids.append(id)
        except LineBroken as error:
            raise NotSent(f"the upload broke: {error}") from error
        return ids

    async def _upload(self, file: OutboundFile) -> str | SendOutcome:
        boundary = secrets.token_hex(16)
        upload = Upload(name=file.name, media_type=file.media_type, open=file.open)
        kind = {"content-type": f"multipart/form-data; boundary={boundary}"}
        reply = await self._http.request(
            "POST",
            f"{self._url}/api/v2/media",
            headers={**self._headers, **kind},
            body=multipart(boundary, {"description": file.name}, {"file": upload}),
            timeout_s=50,
        )
        answer = reply.read(_Answer)
        if not reply.ok or answer is None or not answer.id:
            return _refused(reply)
        for _ in range(LOOKS):
            if reply.status not in PROCESSING:
                return answer.id if reply.status == READY else _refused(reply)
            await asyncio.sleep(LOOK_S)
            reply = await self._http.request(
                "GET", f"{self._url}/api/v1/media/{answer.id}", headers=self._headers
            )
        return RetryLater(reason="the server is still busy with the file")

    async def check(self) -> Health:
        """Whether the token is good, and whose it is."""
        reply = await self._http.request(
            "GET",
            f"{self._url}/api/v1/accounts/verify_credentials",
            headers=self._headers,
            timeout_s=8,
        )
        me = reply.read(_Answer)
        if reply.ok and me is not None:
            return Health(ok=True, detail=f"the token is @{me.acct}'s")
        advice = "Make the application's access token anew: Preferences > Development."
        return Health(ok=False, detail=f"the server answered {reply.status}", advice=advice)


def _answered(message: OutboundMessage) -> Handle:
    """The newest of the conversation, or the one that the agent chose; the circle that a
    conversation has never widens.
    """
    circle, _, rest = message.thread_key.partition(":")
    try:
        handle = msgspec.json.decode(message.reply_handle, type=Handle)
    except UNREADABLE:
        handle = Handle(id=rest.partition(":")[0], visibility="unlisted")
    visibility = handle.visibility if circle == "public" else circle or "direct"
    return Handle(id=message.reply_to or handle.id, visibility=visibility)


def _outcome(reply: HttpReply) -> SendOutcome:
    """A post that was made names itself."""
    if not reply.ok:
        return _refused(reply)
    answer = reply.read(_Answer)
    if answer is None or not answer.id:
        return OutcomeUnknown(reason="no id in the answer")
    return Accepted(native_ids=(answer.id,))


def _refused(reply: HttpReply) -> SendOutcome:
    answer = reply.read(_Answer)
    if reply.ok:
        return RetryLater(reason="an upload has no id")
    if answer is None or not answer.error:
        return of_reply(reply)
    wait = retry_after(reply)
    if reply.status == TOO_MANY and wait is None:
        wait = _until(reply.headers.get("x-ratelimit-reset", ""))
    return of_refusal(Refusal(status=reply.status, reason=answer.error, after_s=wait))


def _until(moment: str) -> float | None:
    """Seconds, at most an hour."""
    try:
        wait = (datetime.fromisoformat(moment) - utc_now()).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait, 0.0), 3600.0)
