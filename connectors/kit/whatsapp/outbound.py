"""A reply in WhatsApp's dialect, and what its answers mean. Where it is sent is the caller's.

https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec

from connectors.contract import (
    Accepted,
    OutboundFile,
    OutboundMessage,
    OutcomeUnknown,
    ReauthNeeded,
    Rejected,
    RetryLater,
    SendOutcome,
    Template,
    WindowClosed,
)
from connectors.http import HttpReply
from connectors.kit.outcomes import of_reply, retry_after
from connectors.kit.splitting import split_text
from connectors.kit.whatsapp.inbound import GROUP

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_BODY = 1024
BUTTONS_MAX, BUTTON_CHARS = 3, 20
ROWS_MAX, ROW_CHARS = 10, 24
MENU = "Menu"
CAPTIONED = {"image", "video", "document"}
# as WhatsApp shows them; all else goes as a document
KINDS = {
    "image/jpeg": "image",
    "image/png": "image",
    "image/webp": "sticker",
    "video/mp4": "video",
    "video/3gpp": "video",
    "audio/aac": "audio",
    "audio/mp3": "audio",
    "audio/mp4": "audio",
    "audio/mpeg": "audio",
    "audio/amr": "audio",
    "audio/ogg": "audio",
}

# https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes
LATER = {4, 80007, 130429, 131016, 131048, 131053, 131056, 133004, 2, 1015}
CLOSED = {131047, 470}
REAUTH = {0, 3, 10, 190, 200, 131005, 131031}
UNKNOWN = {1, 131000}

Where = Mapping[str, Any]  # {"id": ...} of an uploaded file, or {"link": ...}
Place = Callable[[OutboundFile, str], Awaitable[Where | SendOutcome]]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One request: words alone, or a file with (perhaps) its caption."""

    text: str = ""
    file: OutboundFile | None = None
    buttons: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """For the agent, when it did not go."""
        return self.file.name if self.file else "a part of the text"


def parts_of(message: OutboundMessage) -> list[Part]:
    """A short text goes with the only file; buttons hang on the last words."""
    files, text, buttons = message.attachments, message.text, message.quick_replies
    if len(buttons) > ROWS_MAX:
        numbered = [f"{number}. {label}" for number, label in enumerate(buttons, 1)]
        text, buttons = "\n".join((text, *numbered)), ()
    if len(files) == 1 and text and _fits(files[0], text, buttons):
        return [Part(text=text, file=files[0], buttons=buttons)]
    limit = MAX_BODY if buttons else MAX_TEXT
    texts = [Part(text=one) for one in split_text(text, limit)] if text else []
    if texts and buttons:
        texts[-1] = msgspec.structs.replace(texts[-1], buttons=buttons)
    return [*(Part(file=file) for file in files), *texts]


def _fits(file: OutboundFile, text: str, buttons: Sequence[str]) -> bool:
    return (
        kind_of(file) in CAPTIONED
        and len(text) <= (MAX_BODY if buttons else MAX_CAPTION)
        and len(buttons) <= BUTTONS_MAX
    )


def kind_of(file: OutboundFile) -> str:
    """image, video, audio, sticker or document."""
    return KINDS.get(file.media_type.partition(";")[0].strip().lower(), "document")


def addressed(message: OutboundMessage, *, product: bool = True) -> dict[str, Any]:
    """To whom; people without a number are addressed by ``recipient``."""
    other = message.thread_key.partition("/")[2]
    head: dict[str, Any] = {"messaging_product": "whatsapp"} if product else {}
    if other.startswith(GROUP):
        return {**head, "recipient_type": "group", "to": other.removeprefix(GROUP)}
    if product:
        head["recipient_type"] = "individual"
    value = message.recipient.value.removeprefix("+")
    head["to" if value.isdecimal() else "recipient"] = value
    if message.reply_to:
        head["context"] = {"message_id": message.reply_to}
    return head


def content_of(part: Part, where: Where | None, *, preview: bool = True) -> dict[str, Any]:
    """``type`` and what belongs to it. ``where`` is where the part's file is."""
    media = _media(part.file, where) if part.file and where else None
    if part.buttons:
        return {"type": "interactive", "interactive": _interactive(part, media)}
    if media is not None:
        kind, body = media
        caption = {"caption": part.text} if part.text else {}
        return {"type": kind, kind: {**body, **caption}}
    text: dict[str, Any] = {"body": part.text}
    if preview:
        text["preview_url"] = "https://" in part.text or "http://" in part.text
    return {"type": "text", "text": text}


def template_content(template: Template) -> dict[str, Any]:
    """An approved template with its body's parameters in order."""
    content: dict[str, Any] = {"name": template.name, "language": {"code": template.language}}
    if template.params:
        parameters = [{"type": "text", "text": value} for value in template.params]
        content["components"] = [{"type": "body", "parameters": parameters}]
    return {"type": "template", "template": content}


def _media(file: OutboundFile, where: Where) -> tuple[str, dict[str, Any]]:
    kind = kind_of(file)
    name = {"filename": file.name} if kind == "document" else {}
    return kind, {**where, **name}


def _interactive(part: Part, media: tuple[str, dict[str, Any]] | None) -> dict[str, Any]:
    header = {"header": {"type": media[0], media[0]: media[1]}} if media else {}
    body = {"body": {"text": part.text or MENU}}
    if len(part.buttons) <= BUTTONS_MAX:
        buttons = [
            {"type": "reply", "reply": {"id": str(number), "title": label[:BUTTON_CHARS]}}
            for number, label in enumerate(part.buttons)
        ]
        return {"type": "button", **header, **body, "action": {"buttons": buttons}}
    rows = [
        {"id": str(number), "title": label[:ROW_CHARS]} for number, label in enumerate(part.buttons)
    ]
    return {"type": "list", **body, "action": {"button": MENU, "sections": [{"rows": rows}]}}


class _Id(msgspec.Struct, frozen=True, kw_only=True):
    id: str


class _Data(msgspec.Struct, frozen=True, kw_only=True):
    details: str = ""


class _Error(msgspec.Struct, frozen=True, kw_only=True):
    code: int = 0
    message: str = ""
    title: str = ""
    details: str = ""
    error_data: _Data | None = None


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    messages: list[_Id] = []
    error: _Error | None = None
    errors: list[_Error] = []


def outcome_of(reply: HttpReply) -> SendOutcome:
    """Meta's answer, and those of its partners (``errors`` may come with status 200)."""
    answer = reply.read(_Answer)
    if answer is None:
        return OutcomeUnknown(reason="the answer cannot be read") if reply.ok else of_reply(reply)
    error = answer.error or (answer.errors[0] if answer.errors else None)
    if error is not None:
        return _refused(reply, error)
    if not reply.ok:
        return of_reply(reply)
    return Accepted(native_ids=tuple(one.id for one in answer.messages))


def _refused(reply: HttpReply, error: _Error) -> SendOutcome:
    details = error.details or (error.error_data.details if error.error_data else "")
    words = details or error.message or error.title or "refused"
    reason = f"{words} ({error.code})"[:500]
    if error.code in LATER or reply.status == TOO_MANY:
        return RetryLater(reason=reason, after_s=retry_after(reply))
    if error.code in CLOSED:
        return WindowClosed(reason=reason)
    if error.code in REAUTH:
        return ReauthNeeded(reason=reason)
    if error.code in UNKNOWN:
        return OutcomeUnknown(reason=reason)
    return Rejected(reason=reason, code=str(error.code))


TOO_MANY = 429
