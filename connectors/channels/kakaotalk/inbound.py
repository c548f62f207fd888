"""From a skill's payload to events. Pure.

https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format
"""

import re
from datetime import datetime, timedelta

import msgspec

from connectors.errors import Malformed
from connectors.events import MediaKind, MediaRef, MessageReceived, Parsed, ReplyHandle, SenderId
from connectors.kit.decoding import UNREADABLE, decode_json
from connectors.kit.signatures import content_id

ANSWER_WITHIN = timedelta(seconds=60)
KINDS: dict[str, MediaKind] = {"image": "image", "video": "video", "audio": "audio"}
LISTED = re.compile(r"https?://[^\s,()]+")
MOST_FILES = 20


class Bot(msgspec.Struct, frozen=True, kw_only=True):
    """Ours; the test channel's id ends in ``!``."""

    id: str = ""
    name: str = ""


class User(msgspec.Struct, frozen=True, kw_only=True):
    """Known to this bot only."""

    id: str = ""


class Media(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was sent instead of words."""

    type: str = ""
    url: str = ""


class Params(msgspec.Struct, frozen=True, kw_only=True):
    """Of these only the file concerns us."""

    media: Media | None = None


class UserRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Who said what; ``callback_url`` where the block is set to take a later answer."""

    utterance: str = ""
    callback_url: str | None = None
    user: User = User()
    params: Params = Params()


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """The block's parameters: those of the picture plugin hold links."""

    params: dict[str, msgspec.Raw] = {}


class Payload(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A whole request."""

    user_request: UserRequest
    bot: Bot = Bot()
    action: Action = Action()


def parse_payload(body: bytes, received_at: datetime) -> Parsed:
    """Raises Malformed. Kakao names no message, so the request's own callback does; without one it
    is the moment: the same words may be said twice.
    """
    payload = read_payload(body)
    request = payload.user_request
    if not request.user.id:
        raise Malformed("userRequest.user.id is missing")
    files = _files(payload)
    id = content_id(
        request.user.id, request.callback_url or f"{request.utterance}{received_at.isoformat()}"
    )
    words = request.utterance.strip()
    sender = SenderId(
        family="kakaotalk", value=request.user.id, scope=payload.bot.id.removesuffix("!")
    )
    message = MessageReceived(
        dedupe_id=id,
        native_id=id,
        thread_key=request.user.id,
        senders=(sender,),
        occurred_at=received_at,
        recipient=payload.bot.name,
        text="" if any(words == file.url for file in files) else words,
        attachments=files,
        reply_handle=_handle(request, received_at),
    )
    return Parsed(events=(message,))


def read_payload(body: bytes) -> Payload:
    """Raises Malformed."""
    return decode_json(body, Payload, "a skill's payload")


def _handle(request: UserRequest, received_at: datetime) -> ReplyHandle | None:
    if not request.callback_url:
        return None
    return ReplyHandle(value=request.callback_url, expires_at=received_at + ANSWER_WITHIN)


def _files(payload: Payload) -> tuple[MediaRef, ...]:
    media = payload.user_request.params.media
    found = [MediaRef(kind=KINDS.get(media.type, "file"), url=media.url)] if media else []
    found += [MediaRef(kind="image", url=url) for url in _secure(payload.action)]
    return tuple(one for one in found if one.url)[:MOST_FILES]


def _secure(action: Action) -> list[str]:
    """``{"secureUrls": "List(https://..., https://...)"}``, itself as text within the JSON."""
    raw = action.params.get("secureimage")
    if raw is None:
        return []
    try:
        text = msgspec.json.decode(raw, type=str)
        listed = msgspec.json.decode(text, type=dict[str, str]).get("secureUrls", "")
    except UNREADABLE:
        return []
    return LISTED.findall(listed)
