"""A reply by Feishu's IM interface; ``uuid`` lets it drop what is repeated within an hour.

https://open.feishu.cn/document/server-docs/im-v1/message/create
"""

import hashlib
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import msgspec

from connectors.contract import (
    Health,
    OutboundFile,
    OutboundMessage,
    Rejected,
    SendOutcome,
)
from connectors.errors import FetchFailed
from connectors.http import Http, HttpReply, NotSent
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
from connectors.kit.outcomes import attempt
from connectors.kit.pieces import Piece, send_pieces
from connectors.kit.splitting import split_text
from connectors.tokens import Token, Tokens, named

MAX_TEXT_BYTES = 100_000
UUID_CHARS = 50


class Spoken(msgspec.Struct, frozen=True, kw_only=True):
    """Every answer."""

    code: int
    msg: str = ""


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant's token; seconds."""

    tenant_access_token: str = ""
    expire: float = 7200.0


class Data(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of answers that we read."""

    message_id: str = ""
    image_key: str = ""
    file_key: str = ""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer with something in it."""

    data: Data = Data()


def read_said(reply: HttpReply) -> Said | None:
    """None when the answer is no JSON object."""
    spoken = reply.read(Spoken)
    return None if spoken is None else Said(code=spoken.code, words=spoken.msg)


# https://open.feishu.cn/document/server-docs/api-call-guide/generic-error-code
DIALECT = Dialect(
    read=read_said,
    expired=frozenset({99991661, 99991663, 99991664, 99991668, 99991671, 99991677}),
    later=frozenset({99991400, 230020, 230049, 232019, 11232, 11233}),
    reauth=frozenset({99991672, 99991679, 230006, 10003, 10014}),
)


class FeishuApi:
    """One app's calls."""

    def __init__(self, http: Http, tokens: Tokens, app: tuple[str, str], base_url: str) -> None:
        self._http = http
        self._app = app
        self._base_url = f"{base_url.rstrip('/')}/open-apis"
        self._api = CodedApi(
            http=http,
            tokens=tokens,
            token=named("feishu", *app),
            renew=self._renew,
            dialect=DIALECT,
        )

    async def _renew(self, _last: Token | None) -> Token:
        id, secret = self._app
        answer = self._http.request(
            "POST",
            f"{self._base_url}/auth/v3/tenant_access_token/internal",
            headers={"content-type": "application/json"},
            body=msgspec.json.encode({"app_id": id, "app_secret": secret}),
        )
        return await granted(answer, _granted)

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """Texts and files in order; in a group into the thread."""
        texts = split_text(message.text, MAX_TEXT_BYTES, "bytes") if message.text else []
        pieces = [self._text_piece(message, text, n) for n, text in enumerate(texts)]
        pieces += [self._file_piece(message, file, n) for n, file in enumerate(message.attachments)]
        if message.quick_replies:
            pieces.append(self._buttons(message))
        return await send_pieces(pieces)

    def _text_piece(self, message: OutboundMessage, text: str, number: int) -> Piece:
        make = self._message_call(message, "text", {"text": text}, f"t{number}")
        return Piece(name="a part of the text", send=lambda: self._api.send(make, _ids))

    def _buttons(self, message: OutboundMessage) -> Piece:
        buttons = [
            {
                "tag": "button",
                "text": {"tag": "plain_text", "content": label},
                "value": {"text": label},
            }
            for label in message.quick_replies
        ]
        card = {"elements": [{"tag": "action", "actions": buttons}]}
        make = self._message_call(message, "interactive", card, "b")
        return Piece(name="the buttons", send=lambda: self._api.send(make, _ids))

    def _file_piece(self, message: OutboundMessage, file: OutboundFile, number: int) -> Piece:
        async def send() -> SendOutcome:
            if file.url and not file.size:
                return await self._text_piece(message, file.url, 100 + number).send()
            found = await self._upload(file)
            if not isinstance(found, Data):
                return found
            kind = "image" if found.image_key else "file"
            content = {f"{kind}_key": found.image_key or found.file_key}
            make = self._message_call(message, kind, content, f"f{number}")
            return await self._api.send(make, _ids)

        return Piece(name=file.name, send=lambda: attempt(send))

    def _message_call(
        self, message: OutboundMessage, kind: str, content: Mapping[str, Any], part: str
    ) -> Callable[[str], Call]:
        chat, _, root = message.thread_key.partition("/")
        answered = message.reply_to or root
        body: dict[str, Any] = {
            "msg_type": kind,
            "content": msgspec.json.encode(content).decode(),
            "uuid": hashlib.sha256(f"{message.id}.{part}".encode()).hexdigest()[:UUID_CHARS],
        }
        if answered:
            url = f"{self._base_url}/im/v1/messages/{answered}/reply"
        else:
            by, body["receive_id"] = (
                ("chat_id", chat) if chat else ("open_id", message.recipient.value)
            )
            url = f"{self._base_url}/im/v1/messages?receive_id_type={by}"
        return lambda token: json_call(url, body, _bearer(token))

    async def _upload(self, file: OutboundFile) -> Data | SendOutcome:
        boundary = secrets.token_hex(16)
        picture = file.media_type.startswith("image/")
        part = Upload(name=file.name, media_type=file.media_type, open=file.open)
        fields = (
            {"image_type": "message"}
            if picture
            else {"file_type": "stream", "file_name": file.name}
        )
        name = "image" if picture else "file"

        def make(token: str) -> Call:
            return Call(
                url=f"{self._base_url}/im/v1/{name}s",
                headers={
                    "content-type": f"multipart/form-data; boundary={boundary}",
                    **_bearer(token),
                },
                body=lambda: multipart(boundary, fields, {name: part}),
            )

        reply = await self._api.upload(make)
        if not isinstance(reply, HttpReply):
            return reply
        answer = reply.read(Answer)
        return answer.data if answer else Rejected(reason="the upload gave no key")

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """A received file: ``message_id/key/image|file``."""
        message_id, key, kind = ref.split("/")
        try:
            token = await self._api.token()
        except (CredentialsRefused, NotSent) as error:
            raise FetchFailed(str(error), retry=True) from error
        url = f"{self._base_url}/im/v1/messages/{message_id}/resources/{key}?type={kind}"
        return self._http.stream(url, headers=_bearer(token))

    async def check(self) -> Health:
        """Whether our credentials get a token, and whether the app has a bot."""
        try:
            reply, said = await self._api.call(
                lambda token: Call(
                    method="GET", url=f"{self._base_url}/bot/v3/info", headers=_bearer(token)
                )
            )
        except CredentialsRefused as error:
            advice = "Compare App ID and App Secret with the developer console."
            return Health(ok=False, detail=str(error), advice=advice)
        if not reply.ok or said is None or said.code:
            words = said.words if said else f"answered {reply.status}"
            return Health(ok=False, detail=words, advice="Add the ability 机器人 (Bot) to the app.")
        return Health(ok=True, detail="the bot answers")


def _granted(reply: HttpReply) -> tuple[str, float] | None:
    found = reply.read(Grant)
    return (found.tenant_access_token, found.expire) if found else None


def _ids(reply: HttpReply) -> tuple[str, ...]:
    answer = reply.read(Answer)
    return (answer.data.message_id,) if answer and answer.data.message_id else ()


def _bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}
