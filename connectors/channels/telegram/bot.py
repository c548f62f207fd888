"""The Bot API by python-telegram-bot, over our own way out.

The library makes the requests. Their answers are judged here, by status and ``ok``, and not by
whether the library can build its types from them: a missing field makes no sent message unsent.
"""

import contextlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

import msgspec
from telegram import Bot
from telegram.error import TelegramError
from telegram.request import BaseRequest, RequestData

from connectors.contract import Accepted, OutboundFile, SendOutcome
from connectors.events import scoped_id
from connectors.http import Body, Http, HttpReply, LineBroken, NotSent
from connectors.kit.multipart import Upload, multipart
from connectors.kit.outcomes import Refusal, of_refusal

UPLOAD_TIMEOUT_S = 55.0
TIMEOUT_S = 20.0
NOT_FOUND, UNAUTHORIZED, FORBIDDEN, BAD_REQUEST = 404, 401, 403, 400

Call = Callable[[Bot], Awaitable[object]]


class Parameters(msgspec.Struct, frozen=True):
    """What an error may add."""

    retry_after: float | None = None
    migrate_to_chat_id: int | None = None


class Answer(msgspec.Struct, frozen=True):
    """Every answer of the Bot API."""

    ok: bool = False
    result: msgspec.Raw = msgspec.Raw(b"null")
    error_code: int = 0
    description: str = ""
    parameters: Parameters = Parameters()


class Sent(msgspec.Struct, frozen=True):
    """The only part of a sent message that we keep."""

    message_id: int


class Streamed:
    """An attachment in the place where the library expects an open file."""

    def __init__(self, file: OutboundFile) -> None:
        self.file = file
        self.name = file.name


class Judged(TelegramError):
    """Ends the library's part: what came back is in ``Transport.reply``."""


class Transport(BaseRequest):
    """One request of the library; ``reply`` or ``broken`` says afterwards what became of it."""

    def __init__(self, http: Http) -> None:
        self._http = http
        self.reply: HttpReply | None = None
        self.broken: Exception | None = None

    @property
    def read_timeout(self) -> float | None:
        """Seconds."""
        return TIMEOUT_S

    async def initialize(self) -> None:
        """Nothing to open: the connections belong to ``Http``."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(  # type: ignore[override]  # four time limits in one name
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        **_timeouts: Any,  # noqa: ANN401 - the library's four time limits; ours hold
    ) -> tuple[int, bytes]:
        """See ``BaseRequest``; always raises Judged."""
        headers, body, timeout_s = _encoded(request_data)
        try:
            self.reply = await self._http.request(
                method, url, headers=headers, body=body, timeout_s=timeout_s
            )
        except (NotSent, LineBroken, TimeoutError) as error:
            self.broken = error
        raise Judged("see reply")


async def call(http: Http, token: str, base_url: str, make: Call) -> Answer | HttpReply:
    """One call of the library's ``make``. An HttpReply is what is no answer of the Bot API.

    Raises NotSent, LineBroken.
    """
    transport = Transport(http)
    base = base_url.rstrip("/")
    with contextlib.suppress(TelegramError):
        bot = Bot(
            token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=transport,
            get_updates_request=transport,
        )
        await make(bot)
    if transport.broken is not None:
        raise transport.broken
    if transport.reply is None:
        raise NotSent("the library made no request of it")
    return transport.reply.read(Answer) or transport.reply


def outcome_of(answer: Answer | HttpReply, chat: str) -> SendOutcome:
    """What became of one piece that was sent to ``chat``."""
    if isinstance(answer, HttpReply):
        words = answer.body[:200].decode("utf-8", "replace")
        return of_refusal(Refusal(status=max(answer.status, 500), reason=words))
    if answer.ok:
        try:
            sent = msgspec.json.decode(answer.result, type=Sent)
        except msgspec.DecodeError:
            return Accepted(native_ids=())
        return Accepted(native_ids=(scoped_id(chat, str(sent.message_id)),))
    return of_refusal(
        Refusal(
            status=STATUSES.get(answer.error_code, answer.error_code or BAD_REQUEST),
            reason=answer.description,
            code=str(answer.error_code),
            after_s=answer.parameters.retry_after,
        )
    )


# A wrong token is 401 or 404; 403 is "blocked by the user", which no new token heals.
STATUSES = {NOT_FOUND: UNAUTHORIZED, FORBIDDEN: BAD_REQUEST}


def _encoded(data: RequestData | None) -> tuple[dict[str, str], Body, float]:
    fields = data.json_parameters if data else {}
    files = data.multipart_data if data else {}
    if not files:
        kind = "application/x-www-form-urlencoded"
        return {"Content-Type": kind}, urlencode(fields).encode(), TIMEOUT_S
    uploads = {
        name: Upload(name=filename, media_type=_type(held, guessed), open=held.file.open)
        for name, (filename, held, guessed) in files.items()
        if isinstance(held, Streamed)
    }
    boundary = secrets.token_hex(16)
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    return headers, _pieces(boundary, fields, uploads), UPLOAD_TIMEOUT_S


def _pieces(
    boundary: str, fields: dict[str, str], uploads: dict[str, Upload]
) -> AsyncIterator[bytes]:
    return multipart(boundary, fields, uploads)


def _type(held: Streamed, guessed: str) -> str:
    return held.file.media_type or guessed
