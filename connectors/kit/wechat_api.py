"""What the WeChat and WeCom interfaces share: codes, uploads, downloads, pieces of a reply.

https://developers.weixin.qq.com/doc/offiaccount/Getting_Started/Global_Return_Code.html
https://developer.work.weixin.qq.com/document/path/90313
"""

import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, TypeVar

import msgspec

from connectors.contract import (
    Health,
    OutboundFile,
    OutboundMessage,
    Rejected,
    SendOutcome,
)
from connectors.errors import FetchFailed
from connectors.http import Http, HttpReply
from connectors.kit.coded_api import Call, CodedApi, CredentialsRefused, Dialect, Said, json_call
from connectors.kit.multipart import Upload, multipart
from connectors.kit.outcomes import attempt
from connectors.kit.pieces import Piece, send_pieces
from connectors.kit.splitting import split_text

T = TypeVar("T")
MAX_TEXT_BYTES = 2048
NO_MEDIA = "the upload gave no media_id"
UPLOAD_KINDS = {"image": "image", "audio": "voice", "video": "video"}
VOICE_TYPES = {"audio/amr", "audio/mpeg", "audio/mp3"}


class Code(msgspec.Struct, frozen=True):
    """Every answer has these two when something is wrong, and mostly when not."""

    errcode: int = 0
    errmsg: str = ""


class Granted(msgspec.Struct, frozen=True):
    """An answer with a token in it."""

    access_token: str
    expires_in: float = 7200.0


class Uploaded(msgspec.Struct, frozen=True):
    """A file that the provider keeps for three days."""

    media_id: str = ""


def read_code(reply: HttpReply) -> Said | None:
    """None when the answer is no JSON object."""
    said = reply.read(Code)
    return None if said is None else Said(code=said.errcode, words=said.errmsg)


DIALECT = Dialect(
    read=read_code,
    expired=frozenset({40001, 40014, 41001, 42001}),
    later=frozenset({-1, 45009, 45011, 45033, 6000}),
    closed=frozenset({45015, 45047, 95001, 95018}),
    reauth=frozenset({40013, 40125, 40164, 48001, 50002, 60020}),
)


def read_token(reply: HttpReply) -> tuple[str, float] | None:
    """For ``coded_api.granted``."""
    found = reply.read(Granted)
    return (found.access_token, found.expires_in) if found else None


class WeChatApi:
    """One account's calls; ``kinds`` are the media types that it takes as what they are."""

    def __init__(self, http: Http, api: CodedApi, base_url: str, *, sends_files: bool) -> None:
        self._http = http
        self._api = api
        self._base_url = base_url.rstrip("/")
        self._sends_files = sends_files

    async def reply(
        self,
        message: OutboundMessage,
        path: str,
        envelope: Mapping[str, Any],
        ids: Callable[[HttpReply], tuple[str, ...]],
    ) -> SendOutcome:
        """Texts and files of a reply in order; what cannot be a file becomes a link."""

        def said(kind: str, content: Mapping[str, str]) -> Callable[[str], Call]:
            body = {**envelope, "msgtype": kind, kind: content}
            return lambda token: json_call(f"{self._base_url}{path}?access_token={token}", body)

        def text_piece(text: str) -> Piece:
            make = said("text", {"content": text})
            return Piece(name="a part of the text", send=lambda: self._api.send(make, ids))

        def file_piece(file: OutboundFile, kind: str) -> Piece:
            async def send() -> SendOutcome:
                media_id = await self._upload(file, kind)
                if not isinstance(media_id, str):
                    return media_id
                return await self._api.send(said(kind, {"media_id": media_id}), ids)

            return Piece(name=file.name, send=lambda: attempt(send))

        sorted_files = [(file, self._kind(file)) for file in message.attachments]
        linked = [file for file, kind in sorted_files if not kind]
        if lost := [file.name for file in linked if not file.url]:
            return Rejected(reason=f"{lost[0]} can only go as a link, and there is none")
        text = "\n".join(part for part in (message.text, *(file.url for file in linked)) if part)
        pieces = [text_piece(one) for one in split_text(text, MAX_TEXT_BYTES, "bytes") if one]
        pieces += [file_piece(file, kind) for file, kind in sorted_files if kind]
        return await send_pieces(pieces)

    def _kind(self, file: OutboundFile) -> str:
        """How it can be uploaded; "" when only a link is left."""
        if not file.size:
            return ""
        if file.media_type.startswith("audio/") and file.media_type not in VOICE_TYPES:
            return "file" if self._sends_files else ""
        kind = UPLOAD_KINDS.get(file.media_type.partition("/")[0], "")
        return kind or ("file" if self._sends_files else "")

    async def _upload(self, file: OutboundFile, kind: str) -> str | SendOutcome:
        boundary = secrets.token_hex(16)
        part = Upload(name=file.name, media_type=file.media_type, open=file.open)

        def make(token: str) -> Call:
            return Call(
                url=f"{self._base_url}/cgi-bin/media/upload?access_token={token}&type={kind}",
                headers={"content-type": f"multipart/form-data; boundary={boundary}"},
                body=lambda: multipart(boundary, {}, {"media": part}),
            )

        reply = await self._api.upload(make)
        if not isinstance(reply, HttpReply):
            return reply
        found = reply.read(Uploaded)
        return found.media_id if found and found.media_id else Rejected(reason=NO_MEDIA)

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """A received file, by its ``MediaId`` or its public address."""
        if ref.startswith(("http://", "https://")):
            return self._http.stream(ref)
        try:
            token = await self._api.token()
        except CredentialsRefused as error:
            raise FetchFailed(str(error), retry=True) from error
        url = f"{self._base_url}/cgi-bin/media/get?access_token={token}&media_id={ref}"
        return _no_error(self._http.stream(url))

    async def post(self, path: str, value: object, kind: type[T]) -> tuple[T | None, str]:
        """An answer as ``kind``, or None and the provider's words."""
        reply, said = await self._api.call(
            lambda token: json_call(f"{self._base_url}{path}?access_token={token}", value)
        )
        if said is None or said.code or not reply.ok:
            words = f"{said.words} ({said.code})" if said else f"answered {reply.status}"
            return None, words
        return reply.read(kind), ""

    async def check(self) -> Health:
        """Whether our credentials get a token."""
        try:
            await self._api.token()
        except CredentialsRefused as error:
            return Health(
                ok=False,
                detail=str(error),
                advice="Compare id and secret with the console, and put our address on its IP list",
            )
        return Health(ok=True, detail="the credentials are accepted")


async def _no_error(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """A refusal comes as JSON with status 200: it must not be kept as the picture."""
    first = True
    async for piece in pieces:
        if first and piece.lstrip().startswith(b'{"errcode"'):
            raise FetchFailed(piece[:200].decode("utf-8", "replace"), retry=False)
        first = False
        yield piece


def no_ids(_reply: HttpReply) -> tuple[str, ...]:
    """For calls whose answers name no message."""
    return ()
