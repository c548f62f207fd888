"""Replies as posts and as chat messages."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

import msgspec

from connectors.channels.bluesky.inbound import CHAT
from connectors.channels.bluesky.payload import Ref, Reply
from connectors.channels.bluesky.session import JSON, TO_CHAT, Said, Session
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
from connectors.errors import CredentialsRefused, FetchFailed
from connectors.http import HttpReply, LineBroken, NotSent
from connectors.kit.decoding import UNREADABLE
from connectors.kit.outcomes import Refusal, attempt, of_refusal, of_reply, retry_after
from connectors.kit.pieces import Piece, send_pieces
from connectors.kit.splitting import split_text
from storage.ids import utc_now

MAX_POST, MAX_CHAT = 300, 1000
IMAGES_MAX = 4
LINK = re.compile(r"https?://[^\s<>]+")
TOO_MANY = 429
TOKEN_ERRORS = {"ExpiredToken", "InvalidToken", "AuthMissing", "AccountTakedown"}


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    uri: str = ""
    cid: str = ""
    id: str = ""
    blob: msgspec.Raw = msgspec.Raw()


class _Posts(msgspec.Struct, frozen=True, kw_only=True):
    posts: list[Ref] = []


class BlueskyApi:
    """One account's calls."""

    def __init__(self, session: Session, handle: str) -> None:
        self._session = session
        self._handle = handle.removeprefix("@")

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """Into the chat, or as a chain of posts that answers the customer's."""
        links = [file.url for file in message.attachments if file.url and not file.size]
        files = [file for file in message.attachments if file.size][:IMAGES_MAX]
        text = "\n".join(part for part in (message.text, *links) if part)
        kind, _, convo = message.thread_key.partition("|")
        if kind == CHAT:
            if files:
                return Rejected(reason="a chat of Bluesky takes no files")
            pieces = [self._chat_piece(convo, one) for one in split_text(text, MAX_CHAT)]
            return await send_pieces(pieces)
        answered = await self._answered(message)
        if not isinstance(answered, Reply):
            return answered
        chain = [answered]
        texts = split_text(text, MAX_POST) if text else [""]
        return await send_pieces(
            [
                self._post_piece(message, one, chain, files if number == 0 else [])
                for number, one in enumerate(texts)
            ]
        )

    def _chat_piece(self, convo: str, text: str) -> Piece:
        body = {"convoId": convo, "message": {"text": text, "facets": facets(text)}}

        async def send() -> SendOutcome:
            reply = await self._session.call(
                "POST",
                "chat.bsky.convo.sendMessage",
                body=msgspec.json.encode(body),
                headers={**JSON, **TO_CHAT},
            )
            return _outcome(reply)

        return Piece(name="a part of the text", send=lambda: _tried(send))

    def _post_piece(
        self, message: OutboundMessage, text: str, chain: list[Reply], files: list[OutboundFile]
    ) -> Piece:
        async def send() -> SendOutcome:
            record: dict[str, Any] = {
                "$type": "app.bsky.feed.post",
                "text": text,
                "createdAt": message.created_at.isoformat(),
                "facets": facets(text),
                "reply": chain[-1],
            }
            if files:
                images = await self._upload_all(files)
                if not isinstance(images, list):
                    return images
                record["embed"] = {"$type": "app.bsky.embed.images", "images": images}
            body = {"repo": self._handle, "collection": "app.bsky.feed.post", "record": record}
            reply = await self._session.call(
                "POST", "com.atproto.repo.createRecord", body=msgspec.json.encode(body)
            )
            made = reply.read(_Answer)
            if reply.ok and made:
                chain.append(Reply(root=chain[0].root, parent=Ref(uri=made.uri, cid=made.cid)))
            return _outcome(reply)

        name = files[0].name if files and not text else "a part of the text"
        return Piece(name=name, send=lambda: _tried(send))

    async def _answered(self, message: OutboundMessage) -> Reply | SendOutcome:
        """The newest of the conversation, or the post that the agent chose."""
        try:
            newest = msgspec.json.decode(message.reply_handle, type=Reply)
        except UNREADABLE:
            return Rejected(reason="there is no post to answer")
        if not message.reply_to or message.reply_to == newest.parent.uri:
            return newest
        found: list[Ref] = []

        async def ask() -> SendOutcome:
            query = urlencode({"uris": message.reply_to})
            try:
                reply = await self._session.call("GET", f"app.bsky.feed.getPosts?{query}")
            except LineBroken as error:
                raise NotSent(str(error)) from error
            posts = reply.read(_Posts)
            found.extend(posts.posts if reply.ok and posts else [])
            return Rejected(reason="the post is gone") if reply.ok else refused(reply)

        outcome = await _tried(ask)
        return Reply(root=newest.root, parent=found[0]) if found else outcome

    async def _upload_all(self, files: list[OutboundFile]) -> list[dict[str, Any]] | SendOutcome:
        """Nobody sees them before a post names them."""
        images: list[dict[str, Any]] = []
        for file in files:
            try:
                reply = await self._session.call(
                    "POST",
                    "com.atproto.repo.uploadBlob",
                    body=await _whole(file.open()),
                    headers={"content-type": file.media_type},
                )
            except LineBroken as error:
                raise NotSent(f"the upload broke: {error}") from error
            answer = reply.read(_Answer)
            if not reply.ok or answer is None or not bytes(answer.blob):
                return refused(reply) if not reply.ok else RetryLater(reason="no blob came back")
            images.append({"image": answer.blob, "alt": file.name})
        return images

    async def check(self) -> Health:
        """Whether the app password is good."""
        try:
            reply = await self._session.call("GET", "com.atproto.server.getSession", timeout_s=8)
        except CredentialsRefused as error:
            advice = "Make a new app password: Settings > Privacy and security > App passwords."
            return Health(ok=False, detail=str(error), advice=advice)
        except FetchFailed as error:
            return Health(ok=None, detail=str(error))
        return Health(ok=reply.ok, detail=f"Bluesky answered {reply.status}")


async def _whole(pieces: AsyncIterator[bytes]) -> bytes:
    """A picture of a megabyte at most: a refused token means sending it again."""
    return b"".join([piece async for piece in pieces])


def facets(text: str) -> list[dict[str, Any]]:
    """Links, by their place in the UTF-8 bytes: without them they are not links."""
    found = []
    for match in LINK.finditer(text):
        link = match[0].rstrip(".,;:!?)")
        start = len(text[: match.start()].encode())
        place = {"byteStart": start, "byteEnd": start + len(link.encode())}
        feature = {"$type": "app.bsky.richtext.facet#link", "uri": link}
        found.append({"index": place, "features": [feature]})
    return found


async def _tried(send: Callable[[], Awaitable[SendOutcome]]) -> SendOutcome:
    """With what renewing the session may raise."""
    try:
        return await attempt(send)
    except CredentialsRefused as error:
        return ReauthNeeded(reason=str(error))
    except FetchFailed as error:
        return RetryLater(reason=str(error))


def _outcome(reply: HttpReply) -> SendOutcome:
    """A post names itself by its address, a chat message by its id."""
    if not reply.ok:
        return refused(reply)
    answer = reply.read(_Answer)
    id = (answer.uri or answer.id) if answer else ""
    return Accepted(native_ids=(id,)) if id else OutcomeUnknown(reason="no id in the answer")


def refused(reply: HttpReply) -> SendOutcome:
    """By the error's name; most come with status 400."""
    said = reply.read(Said)
    if said is None or not said.error:
        return of_reply(reply)
    reason = f"{said.error}: {said.message}"
    wait = retry_after(reply)
    reset = reply.headers.get("ratelimit-reset", "")
    if reply.status == TOO_MANY and wait is None and reset.isdecimal():
        wait = min(max(float(reset) - utc_now().timestamp(), 0.0), 3600.0)
    if said.error in TOKEN_ERRORS:
        return ReauthNeeded(reason=reason)
    return of_refusal(Refusal(status=reply.status, reason=reason, code=said.error, after_s=wait))
