"""winmail.dat opened: the files that Outlook packed into it, and its body when that is all."""

import logging
import mimetypes
from typing import NamedTuple

from tnefparse import TNEF  # type: ignore[import-untyped]  # ships no types
from tnefparse.tnef import TNEFAttachment  # type: ignore[import-untyped]  # ships no types

from normalizer.mail.attachments import safe_name
from normalizer.mail.detect import detect
from normalizer.mail.model import MailAttachment

MEDIA_TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_SIGNATURE = b"\x78\x9f\x3e\x22"
_CONTENT_ID = 0x3712  # PidTagAttachContentId, MS-OXPROPS
_MIME_TAG = 0x370E  # PidTagAttachMimeTag
_MAX_SIZE = 64_000_000

logging.getLogger("tnefparse").setLevel(logging.CRITICAL)


class Opened(NamedTuple):
    """What a TNEF stream held; `html` and `text` are "" where it has none."""

    files: tuple[MailAttachment, ...]
    html: str
    text: str


def is_tnef(content: bytes) -> bool:
    return content.startswith(_SIGNATURE)


def open_tnef(content: bytes) -> Opened | None:
    """The parts of a winmail.dat, or None when it cannot be read (it then stays a file)."""
    if not is_tnef(content) or len(content) > _MAX_SIZE:
        return None
    try:
        stream = TNEF(content, do_checksum=False)
        files = tuple(_file(item) for item in stream.attachments)
        html, text = _text(stream.htmlbody), _text(stream.body)
    except Exception:
        return None
    return Opened(files, html, text)


def _file(item: TNEFAttachment) -> MailAttachment:
    name = safe_name(_text(item.long_filename()).strip("\x00 ")) or "file"
    declared = _attribute(item, _MIME_TAG)
    guessed = mimetypes.guess_type(name)[0]
    return MailAttachment(
        name=name,
        media_type=declared or guessed or "application/octet-stream",
        content=bytes(item.data) if item.data else b"",
        content_id=_attribute(item, _CONTENT_ID).strip("<>"),
    )


def _attribute(item: TNEFAttachment, name: int) -> str:
    for attribute in item.mapi_attrs:
        if attribute.name == name and isinstance(attribute.data, bytes | str):
            return _text(attribute.data).strip("\x00 ").lower()
    return ""


def _text(value: object) -> str:
    if isinstance(value, list | tuple):
        return _text(value[0]) if value else ""
    if isinstance(value, bytes):
        return detect(value).rstrip("\x00")
    return str(value or "")
