"""A reply by DingTalk: the session webhook while it lasts, robot messages otherwise.

https://open.dingtalk.com/document/orgapp/chatbots-send-one-on-one-chat-messages-in-batches
"""

import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import msgspec

from connectors.channels.dingtalk.inbound import GROUP_PREFIX, STRANGER
from connectors.contract import (
    Accepted,
    Health,
    OutboundFile,
    OutboundMessage,
    Rejected,
    SendOutcome,
    WindowClosed,
)
from connectors.errors import FetchFailed
from connectors.http import Http, HttpReply, LineBroken, NotSent
from connectors.kit.coded_api import (
    Call,
    CodedApi,
    CredentialsRefused,
    Dialect,
    Said,
    granted,
    json_call,
)
from connectors.kit.multipart import Upload, multipart
from connectors.kit.outcomes import BROKEN_FROM, attempt
from connectors.kit.pieces import Piece, send_pieces
from connectors.kit.splitting import split_text
from connectors.tokens import Token, Tokens, named

OLD_API = "https://oapi.dingtalk.com"
MAX_TEXT_BYTES = 20_000
UPLOAD_KINDS = {"image": "image"}


class Spoken(msgspec.Struct, frozen=True, kw_only=True):
    """Old answers have ``errcode``; new ones ``code`` in words when something is wrong."""

    errcode: int = 0
    errmsg: str = ""
    code: str = ""
    message: str = ""


class Grant(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An answer with a token in it."""

    access_token: str
    expire_in: float = 7200.0


class Taken(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a robot message became."""

    process_query_key: str = ""
    flow_controlled_staff_id_list: list[str] = []
    invalid_staff_id_list: list[str] = []


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """An uploaded file."""

    media_id: str = ""


class Download(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Where a received file is for a while."""

    download_url: str = ""


# Codes in words (new interface) as numbers that a Dialect can hold.
WORDS = {"InvalidAuthentication": 88, "Forbidden.AccessDenied": 60, "Throttling": 90018}


def read_said(reply: HttpReply) -> Said | None:
    """None when the answer is no JSON object."""
    spoken = reply.read(Spoken)
    if spoken is None:
        return None
    if spoken.code:
        return Said(code=_number(spoken.code), words=f"{spoken.code}: {spoken.message}")
    return Said(code=spoken.errcode, words=spoken.errmsg)


def _number(code: str) -> int:
    return next((number for start, number in WORDS.items() if code.startswith(start)), 1)


DIALECT = Dialect(
    read=read_said,
    expired=frozenset({88, 40014, 42001}),
    later=frozenset({-1, 90018, 130101, 130102, 660026}),
    closed=frozenset({300001}),
    reauth=frozenset({60, 60011, 60020}),
)


class DingTalkApi:
    """One robot's calls."""

    def __init__(
        self, http: Http, tokens: Tokens, client: tuple[str, str], robot_code: str, base_url: str
    ) -> None:
        self._http = http
        self._client = client
        self._robot_code = robot_code
        self._base_url = base_url.rstrip("/")
        self._api = CodedApi(
            http=http,
            tokens=tokens,
            token=named("dingtalk", *client),
            renew=self._renew,
            dialect=DIALECT,
        )

    async def _renew(self, _last: Token | None) -> Token:
        id, secret = self._client
        answer = self._http.request(
            "POST",
            f"{self._base_url}/v1.0/oauth2/accessToken",
            headers={"content-type": "application/json"},
            body=msgspec.json.encode({"appKey": id, "appSecret": secret}),
        )
        return await granted(answer, _granted)

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """Texts and files in order."""
        alone = not message.thread_key.startswith(GROUP_PREFIX)
        if alone and message.recipient.scope == STRANGER and not message.reply_handle:
            return WindowClosed(reason="Strangers can be answered only while their session lasts.")
        texts = split_text(message.text, MAX_TEXT_BYTES, "bytes") if message.text else []
        pieces = [self._text_piece(message, text) for text in texts]
        pieces += [self._file_piece(message, file) for file in message.attachments]
        return await send_pieces(pieces)

    def _text_piece(self, message: OutboundMessage, text: str) -> Piece:
        if message.reply_handle:
            said = {"msgtype": "text", "text": {"content": text}}
            return Piece(name="a part of the text", send=lambda: self._to_session(message, said))
        make = self._robot_call(message, "sampleText", {"content": text})
        return Piece(name="a part of the text", send=lambda: self._api.send(make, _ids))

    async def _to_session(self, message: OutboundMessage, said: object) -> SendOutcome:
        """The webhook that came with the customer's message needs no token."""

        async def send() -> SendOutcome:
            call = json_call(message.reply_handle, said)
            reply = await self._http.request(
                "POST", call.url, headers=call.headers, body=call.body()
            )
            refused = self._api.refusal(reply, read_said(reply))
            return refused or Accepted(native_ids=())

        return await attempt(send)

    def _file_piece(self, message: OutboundMessage, file: OutboundFile) -> Piece:
        async def send() -> SendOutcome:
            if file.url and not file.size:
                return await self._text_piece(message, file.url).send()
            media_id = await self._upload(file)
            if not isinstance(media_id, str):
                return media_id
            return await self._api.send(
                self._robot_call(message, *_file_message(file, media_id)), _ids
            )

        return Piece(name=file.name, send=lambda: attempt(send))

    def _robot_call(
        self, message: OutboundMessage, key: str, param: Mapping[str, str]
    ) -> Callable[[str], Call]:
        body: dict[str, Any] = {
            "robotCode": self._robot_code,
            "msgKey": key,
            "msgParam": msgspec.json.encode(param).decode(),
        }
        if message.thread_key.startswith(GROUP_PREFIX):
            path = "groupMessages/send"
            body["openConversationId"] = message.thread_key.removeprefix(GROUP_PREFIX)
        else:
            path, body["userIds"] = "oToMessages/batchSend", [message.recipient.value]
        url = f"{self._base_url}/v1.0/robot/{path}"
        return lambda token: json_call(url, body, {"x-acs-dingtalk-access-token": token})

    async def _upload(self, file: OutboundFile) -> str | SendOutcome:
        boundary = secrets.token_hex(16)
        kind = UPLOAD_KINDS.get(file.media_type.partition("/")[0], "file")
        part = Upload(name=file.name, media_type=file.media_type, open=file.open)

        def make(token: str) -> Call:
            return Call(
                url=f"{OLD_API}/media/upload?access_token={token}&type={kind}",
                headers={"content-type": f"multipart/form-data; boundary={boundary}"},
                body=lambda: multipart(boundary, {}, {"media": part}),
            )

        reply = await self._api.upload(make)
        if not isinstance(reply, HttpReply):
            return reply
        kept = reply.read(Kept)
        return kept.media_id if kept and kept.media_id else Rejected(reason="no media_id came back")

    async def fetch(self, code: str) -> AsyncIterator[bytes]:
        """A received file by its download code."""
        body = {"downloadCode": code, "robotCode": self._robot_code}
        url = f"{self._base_url}/v1.0/robot/messageFiles/download"
        try:
            reply, said = await self._api.call(
                lambda token: json_call(url, body, {"x-acs-dingtalk-access-token": token})
            )
        except (CredentialsRefused, NotSent, LineBroken) as error:
            raise FetchFailed(str(error), retry=True) from error
        found = reply.read(Download)
        if not reply.ok or found is None or not found.download_url:
            words = said.words if said else f"answered {reply.status}"
            raise FetchFailed(words, retry=reply.status >= BROKEN_FROM, status=reply.status)
        return self._http.stream(found.download_url)

    async def check(self) -> Health:
        """Whether our credentials get a token."""
        try:
            await self._api.token()
        except CredentialsRefused as error:
            advice = "Compare Client ID and Client Secret with open-dev.dingtalk.com."
            return Health(ok=False, detail=str(error), advice=advice)
        return Health(ok=True, detail="the credentials are accepted")


def _granted(reply: HttpReply) -> tuple[str, float] | None:
    found = reply.read(Grant)
    return (found.access_token, found.expire_in) if found else None


def _ids(reply: HttpReply) -> tuple[str, ...]:
    taken = reply.read(Taken)
    return (taken.process_query_key,) if taken and taken.process_query_key else ()


def _file_message(file: OutboundFile, media_id: str) -> tuple[str, dict[str, str]]:
    if file.media_type.startswith("image/"):
        return "sampleImageMsg", {"photoURL": media_id}
    ending = file.name.rpartition(".")[2] if "." in file.name else "bin"
    return "sampleFile", {"mediaId": media_id, "fileName": file.name, "fileType": ending}
