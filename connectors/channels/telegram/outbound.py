"""One reply as Bot API calls: text in parts, then each file, with the buttons on the last."""

from collections.abc import Sequence
from typing import Any

import msgspec
from telegram import Bot, InputFile, KeyboardButton, ReplyKeyboardMarkup, ReplyParameters

from connectors.channels.telegram.bot import Answer, Streamed, call, outcome_of
from connectors.contract import OutboundFile, OutboundMessage, SendOutcome
from connectors.http import Http
from connectors.kit.outcomes import attempt
from connectors.kit.pieces import Piece, send_pieces
from connectors.kit.splitting import measure, split_text

MAX_TEXT = 4096
MAX_CAPTION = 1024
PHOTO_MAX_BYTES = 10_000_000

# media type -> (Bot method, its file argument); all else goes as a document, untouched.
METHODS = {
    "image/jpeg": ("send_photo", "photo"),
    "image/png": ("send_photo", "photo"),
    "image/gif": ("send_animation", "animation"),
    "audio/mpeg": ("send_audio", "audio"),
    "audio/mp3": ("send_audio", "audio"),
    "audio/mp4": ("send_audio", "audio"),
    "audio/ogg": ("send_voice", "voice"),
    "video/mp4": ("send_video", "video"),
    "video/mpeg": ("send_video", "video"),
}
DOCUMENT = ("send_document", "document")


class Login(msgspec.Struct, frozen=True):
    """Where the bot lives, and its key."""

    token: str
    base_url: str


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One call: text alone, or one file with its caption."""

    text: str = ""
    file: OutboundFile | None = None
    extras: dict[str, Any] = {}


async def send_message(http: Http, login: Login, message: OutboundMessage) -> SendOutcome:
    """All parts of a reply, in order."""
    chat, _, topic = (message.thread_key or message.recipient.value).partition(":")
    parts = parts_of(message)
    parts = [_addressed(part, i, len(parts), message, topic) for i, part in enumerate(parts)]
    return await send_pieces([_piece(http, login, chat, part) for part in parts])


def parts_of(message: OutboundMessage) -> list[Part]:
    """A short text goes with the only file; else texts first, then files."""
    files = message.attachments
    if len(files) == 1 and 0 < measure(message.text, "utf16") <= MAX_CAPTION:
        return [Part(text=message.text, file=files[0])]
    texts = split_text(message.text, MAX_TEXT, "utf16") if message.text else []
    return [*(Part(text=text) for text in texts), *(Part(file=file) for file in files)]


def method_of(file: OutboundFile) -> tuple[str, str]:
    """The Bot method that shows such a file, and its argument."""
    method = METHODS.get(file.media_type, DOCUMENT)
    return DOCUMENT if method[1] == "photo" and file.size > PHOTO_MAX_BYTES else method


def _addressed(part: Part, index: int, count: int, message: OutboundMessage, topic: str) -> Part:
    extras: dict[str, Any] = {}
    if topic:
        extras["message_thread_id"] = int(topic)
    if message.reply_to and index == 0:
        answered = int(message.reply_to.rpartition("#")[2])
        extras["reply_parameters"] = ReplyParameters(answered, allow_sending_without_reply=True)
    if message.quick_replies and index == count - 1:
        extras["reply_markup"] = _keyboard(message.quick_replies)
    return msgspec.structs.replace(part, extras=extras)


def _keyboard(labels: Sequence[str]) -> ReplyKeyboardMarkup:
    rows = [[KeyboardButton(label)] for label in labels]
    return ReplyKeyboardMarkup(rows, resize_keyboard=True, one_time_keyboard=True)


def _piece(http: Http, login: Login, chat: str, part: Part) -> Piece:
    async def send() -> SendOutcome:
        answer = await _call(http, login, chat, part)
        moved = answer.parameters.migrate_to_chat_id if isinstance(answer, Answer) else None
        if moved is None:
            return outcome_of(answer, chat)
        return outcome_of(await _call(http, login, str(moved), part), str(moved))

    name = part.file.name if part.file else "a part of the text"
    return Piece(name=name, send=lambda: attempt(send))


async def _call(http: Http, login: Login, chat: str, part: Part) -> Any:  # noqa: ANN401
    async def make(bot: Bot) -> object:
        if part.file is None:
            return await bot.send_message(chat, part.text, **part.extras)
        method, argument = method_of(part.file)
        given = {argument: _content(part.file), "caption": part.text or None, **part.extras}
        return await getattr(bot, method)(chat, **given)

    return await call(http, login.token, login.base_url, make)


def _content(file: OutboundFile) -> InputFile | str:
    """The bytes when they are here; only a file that is elsewhere goes as a link."""
    if file.url and not file.size:
        return file.url
    return InputFile(Streamed(file), filename=file.name, read_file_handle=False)  # type: ignore[arg-type]  # an open file, to us
