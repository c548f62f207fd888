"""Sending, files and health of one WhatsApp line, wherever its interface stands."""

import secrets
from collections.abc import AsyncIterator, Mapping

import msgspec

from connectors.acts import Correspondent, OutboundAct
from connectors.contract import Health, OutboundFile, OutboundMessage, Rejected, SendOutcome
from connectors.errors import FetchFailed
from connectors.http import Http, HttpReply, LineBroken, NotSent
from connectors.kit.multipart import Upload, multipart
from connectors.kit.outcomes import BROKEN_FROM, LATER, attempt
from connectors.kit.pieces import Piece, send_pieces
from connectors.kit.whatsapp.outbound import (
    Part,
    Where,
    addressed,
    content_of,
    outcome_of,
    parts_of,
    template_content,
)
from storage.ids import utc_now


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """Where a line's interface stands. ``{phone}`` is our number's id, ``{media}`` a file's.

    ``product``: whether every request says "whatsapp"; ``media_moves``: the address of a file is
    asked for first, and its host is ``media_host`` where that is set.
    """

    messages: str
    upload: str
    media: str
    headers: Mapping[str, str]
    phone_id: str = ""
    product: bool = True
    media_moves: bool = True
    media_host: str = ""
    health: str = ""


class _Uploaded(msgspec.Struct, frozen=True, kw_only=True):
    """``{"id"}``, or a partner's ``{"media": [{"id"}]}``."""

    id: str = ""
    media: list["_Uploaded"] = []


class _Moved(msgspec.Struct, frozen=True, kw_only=True):
    url: str = ""


class Line:
    """One line's calls."""

    def __init__(self, http: Http, endpoint: Endpoint) -> None:
        self._http = http
        self._at = endpoint

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """A template alone, else words and files in order."""
        if message.template is not None:
            content = template_content(message.template)
            return await attempt(lambda: self._post(message, content))
        return await send_pieces([self._piece(message, part) for part in parts_of(message)])

    def _piece(self, message: OutboundMessage, part: Part) -> Piece:
        async def send() -> SendOutcome:
            where: Where | None = None
            if part.file is not None:
                found = await self._place(part.file, self._phone(message))
                if not isinstance(found, Mapping):
                    return found
                where = found
            return await self._post(message, content_of(part, where, preview=self._at.product))

        return Piece(name=part.name, send=lambda: attempt(send))

    async def _post(self, message: OutboundMessage, content: Mapping[str, object]) -> SendOutcome:
        body = {**addressed(message, product=self._at.product), **content}
        if self._at.product:
            body["biz_opaque_callback_data"] = message.id
        reply = await self._http.request(
            "POST",
            self._at.messages.format(phone=self._phone(message)),
            headers={**self._at.headers, "content-type": "application/json"},
            body=msgspec.json.encode(body),
        )
        return outcome_of(reply)

    async def act(self, act: OutboundAct) -> SendOutcome:
        """A reaction; an empty emoji takes it away. Businesses may change nothing else."""
        message = OutboundMessage(
            id=act.id,
            recipient=act.recipient,
            thread_key=act.thread_key,
            text="",
            created_at=utc_now(),
        )
        reaction = {"message_id": act.native_ids[0], "emoji": act.emoji}
        content = {"type": "reaction", "reaction": reaction}
        return await attempt(lambda: self._post(message, content))

    async def show_typing(self, to: Correspondent) -> SendOutcome:
        """Shown for 25 seconds; it goes with "read", as WhatsApp wants it."""
        phone = to.thread_key.partition("/")[0] or self._at.phone_id
        body = {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": to.heard,
            "typing_indicator": {"type": "text"},
        }

        async def ask() -> SendOutcome:
            reply = await self._http.request(
                "POST",
                self._at.messages.format(phone=phone),
                headers={**self._at.headers, "content-type": "application/json"},
                body=msgspec.json.encode(body),
            )
            return outcome_of(reply)

        return await attempt(ask)

    def _phone(self, message: OutboundMessage) -> str:
        """The number that was written to, else the inbox's own."""
        return message.thread_key.partition("/")[0] or self._at.phone_id

    async def _place(self, file: OutboundFile, phone: str) -> Where | SendOutcome:
        """A link where there are no bytes of ours, else an upload: nobody was told of it yet, so a
        broken line may be tried again.
        """
        if file.url and not file.size:
            return {"link": file.url}
        try:
            reply = await self._upload(file, phone)
        except LineBroken as error:
            raise NotSent(f"the upload broke: {error}") from error
        uploaded = reply.read(_Uploaded) or _Uploaded()
        id = uploaded.id or (uploaded.media[0].id if uploaded.media else "")
        if reply.ok and id:
            return {"id": id}
        outcome = outcome_of(reply)
        unclear = Rejected(reason="the upload gave no id")
        return unclear if reply.ok else outcome

    async def _upload(self, file: OutboundFile, phone: str) -> HttpReply:
        url = self._at.upload.format(phone=phone)
        if not self._at.product:  # the older interface takes the bytes as they are
            headers = {**self._at.headers, "content-type": file.media_type}
            return await self._http.request("POST", url, headers=headers, body=file.open())
        boundary = secrets.token_hex(16)
        part = Upload(name=file.name, media_type=file.media_type, open=file.open)
        fields = {"messaging_product": "whatsapp", "type": file.media_type}
        return await self._http.request(
            "POST",
            url,
            headers={
                **self._at.headers,
                "content-type": f"multipart/form-data; boundary={boundary}",
            },
            body=multipart(boundary, fields, {"file": part}),
        )

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """A received file, by its id; our credentials go to the interface's own host only."""
        url = self._at.media.format(media=ref)
        if not self._at.media_moves:
            return self._http.stream(url, headers=self._at.headers)
        try:
            reply = await self._http.request("GET", url, headers=self._at.headers)
        except (NotSent, LineBroken) as error:
            raise FetchFailed(str(error), retry=True) from error
        moved = reply.read(_Moved)
        if not reply.ok or moved is None or not moved.url:
            retry = reply.status >= BROKEN_FROM or reply.status in LATER
            raise FetchFailed(f"answered {reply.status}", retry=retry, status=reply.status)
        return self._http.stream(self._here(moved.url), headers=self._at.headers)

    def _here(self, url: str) -> str:
        """A partner serves Meta's files from its own host."""
        if not self._at.media_host:
            return url
        scheme, _, rest = url.partition("://")
        return f"{self._at.media_host}/{rest.partition('/')[2]}" if scheme else url

    async def check(self) -> Health:
        """Whether our credentials open the line."""
        url = self._at.health.format(phone=self._at.phone_id)
        reply = await self._http.request("GET", url, headers=self._at.headers, timeout_s=8)
        if reply.ok:
            return Health(ok=True, detail="the credentials are accepted")
        words = reply.body[:200].decode("utf-8", "replace")
        return Health(
            ok=False,
            detail=f"answered {reply.status}: {words}",
            advice="Make a new access token that does not expire, with the messaging permission.",
        )
