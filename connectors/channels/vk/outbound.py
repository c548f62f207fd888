"""A reply by VK's API (https://dev.vk.com/ru/method/messages.send)."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

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
from connectors.kit.outcomes import attempt, of_reply, retry_after
from connectors.kit.pieces import Piece, send_pieces
from connectors.kit.splitting import split_text

VERSION = "5.199"
MAX_TEXT = 4096
BUTTONS_MAX, ROW, BUTTON_CHARS = 40, 5, 40
FORM = {"content-type": "application/x-www-form-urlencoded"}

# https://dev.vk.com/ru/reference/errors
LATER = {6, 9, 29, 603}
REAUTH = {5, 15, 27, 28, 1114, 1117}
UNKNOWN = {1, 10}


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """An error in VK's words."""

    error_code: int
    error_msg: str = ""


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """Where a file is uploaded."""

    upload_url: str = ""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """An uploaded file, as attachments name it."""

    owner_id: int = 0
    id: int = 0


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A kept document."""

    doc: Kept = Kept()


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Either of the two."""

    response: msgspec.Raw = msgspec.Raw(b"")
    error: Problem | None = None


class VkApi:
    """One community's calls."""

    def __init__(self, http: Http, base_url: str, token: str) -> None:
        self._http = http
        self._url = base_url.rstrip("/")
        self._token = token

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """Uploads first; files hang on the first words, buttons on the last."""
        kept: list[str] = []
        links: list[str] = []
        for file in message.attachments:
            if file.url and not file.size:
                links.append(file.url)
                continue
            found = await self._uploaded(message, file)
            if not isinstance(found, str):
                return found
            kept.append(found)
        text = "\n".join(part for part in (message.text, *links) if part)
        texts = split_text(text, MAX_TEXT) if text else [""]
        pieces = []
        for number, one in enumerate(texts):
            fields = self._fields(message, one, number)
            if number == 0 and kept:
                fields["attachment"] = ",".join(kept)
            if message.quick_replies and number == len(texts) - 1:
                fields["keyboard"] = _keyboard(message.quick_replies)
            pieces.append(self._piece(fields))
        return await send_pieces(pieces)

    def _fields(self, message: OutboundMessage, text: str, number: int) -> dict[str, str]:
        """``random_id`` makes VK drop a repeat within the hour."""
        digest = hashlib.sha256(f"{message.id}.{number}".encode()).digest()
        fields = {
            "peer_id": message.thread_key or message.recipient.value,
            "message": text,
            "random_id": str(int.from_bytes(digest[:4], "big") >> 1),
        }
        if message.reply_to.isdecimal() and number == 0:
            fields["reply_to"] = message.reply_to
        return fields

    def _piece(self, fields: Mapping[str, str]) -> Piece:
        async def send() -> SendOutcome:
            reply = await self.call("messages.send", fields)
            return refusal(reply) or _accepted(reply)

        return Piece(name="a part of the text", send=lambda: attempt(send))

    async def call(
        self, method: str, fields: Mapping[str, str], timeout_s: float = 20.0
    ) -> HttpReply:
        """One method; the token goes in the body, not in the address."""
        form = {**fields, "access_token": self._token, "v": VERSION}
        return await self._http.request(
            "POST",
            f"{self._url}/method/{method}",
            headers=FORM,
            body=urlencode(form).encode(),
            timeout_s=timeout_s,
        )

    async def _uploaded(self, message: OutboundMessage, file: OutboundFile) -> str | SendOutcome:
        """``photo1_2`` or ``doc1_2``; a broken upload was seen by nobody and may be repeated."""
        found: list[str] = []

        async def upload() -> SendOutcome:
            try:
                outcome = await self._upload(message, file)
            except LineBroken as error:
                raise NotSent(f"the upload broke: {error}") from error
            if not isinstance(outcome, str):
                return outcome
            found.append(outcome)
            return Accepted(native_ids=())

        outcome = await attempt(upload)
        return found[0] if found else outcome

    async def _upload(self, message: OutboundMessage, file: OutboundFile) -> str | SendOutcome:
        picture = file.media_type.startswith("image/")
        peer = message.thread_key or message.recipient.value
        asked = "photos.getMessagesUploadServer" if picture else "docs.getMessagesUploadServer"
        reply = await self.call(asked, {"peer_id": peer} | ({} if picture else {"type": "doc"}))
        if refused := refusal(reply):
            return refused
        server = _read(reply, Server) or Server()
        boundary = secrets.token_hex(16)
        part = Upload(name=file.name, media_type=file.media_type, open=file.open)
        taken = await self._http.request(
            "POST",
            server.upload_url,
            headers={"content-type": f"multipart/form-data; boundary={boundary}"},
            body=multipart(boundary, {}, {"photo" if picture else "file": part}),
        )
        fields = taken.read(dict[str, Any])
        if not taken.ok or fields is None:
            return of_reply(taken) if not taken.ok else Rejected(reason="the upload was not taken")
        saved = {name: str(value) for name, value in fields.items()}
        if picture:
            return _named(await self.call("photos.saveMessagesPhoto", saved), picture=True)
        return _named(await self.call("docs.save", saved | {"title": file.name}), picture=False)

    async def check(self) -> Health:
        """Whether the token opens the community."""
        reply = await self.call("groups.getById", {}, 8)
        if reply.ok and refusal(reply) is None:
            return Health(ok=True, detail="the token is accepted")
        answer = reply.read(Answer)
        words = answer.error.error_msg if answer and answer.error else f"answered {reply.status}"
        advice = "Make a new access key of the community, with messages, photos and files."
        return Health(ok=False, detail=words, advice=advice)


def refusal(reply: HttpReply) -> SendOutcome | None:
    """None when the answer has a response."""
    if not reply.ok:
        return of_reply(reply)
    answer = reply.read(Answer)
    if answer is None or (answer.error is None and not bytes(answer.response)):
        return OutcomeUnknown(reason="the answer cannot be read")
    return None if answer.error is None else _refused(answer.error, retry_after(reply))


def _refused(error: Problem, after_s: float | None) -> SendOutcome:
    code, reason = error.error_code, f"{error.error_msg} ({error.error_code})"
    if code in LATER:
        return RetryLater(reason=reason, after_s=after_s)
    if code in REAUTH:
        return ReauthNeeded(reason=reason)
    if code in UNKNOWN:
        return OutcomeUnknown(reason=reason)
    return Rejected(reason=reason, code=str(code))


def _accepted(reply: HttpReply) -> Accepted:
    id = _read(reply, int)
    return Accepted(native_ids=(str(id),) if id else ())


def _read(reply: HttpReply, kind: type[Any]) -> Any:  # noqa: ANN401 - as asked for
    answer = reply.read(Answer)
    if answer is None:
        return None
    try:
        return msgspec.json.decode(bytes(answer.response), type=kind)
    except msgspec.DecodeError:
        return None


def _named(reply: HttpReply, *, picture: bool) -> str | SendOutcome:
    if refused := refusal(reply):
        return refused
    if picture:
        photos = _read(reply, list[Kept])
        return f"photo{photos[0].owner_id}_{photos[0].id}" if photos else _nothing()
    document = _read(reply, Document)
    return f"doc{document.doc.owner_id}_{document.doc.id}" if document else _nothing()


def _nothing() -> Rejected:
    return Rejected(reason="the upload gave no file")


def _keyboard(labels: Sequence[str]) -> str:
    buttons = [
        {
            "action": {
                "type": "text",
                "label": label[:BUTTON_CHARS],
                "payload": msgspec.json.encode(label).decode(),
            }
        }
        for label in labels[:BUTTONS_MAX]
    ]
    rows = [buttons[at : at + ROW] for at in range(0, len(buttons), ROW)]
    return msgspec.json.encode({"one_time": True, "inline": False, "buttons": rows}).decode()
