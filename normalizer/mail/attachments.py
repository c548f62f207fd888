"""Files of a mail: what they are called, safely and each differently, and what they hold."""

import re
import unicodedata

from msgspec import structs

from normalizer.mail import headers as header_fields
from normalizer.mail.mime import Notes, Part, read_mail
from normalizer.mail.model import MailAttachment

MAX_NAME = 180

# Type -> (stem, extension) of a file whose mail gives no name at all.
_DEFAULT_NAMES = {
    "message/delivery-status": ("delivery-status", "txt"),
    "message/disposition-notification": ("disposition-notification", "txt"),
    "text/plain": ("document", "txt"),
    "text/html": ("document", "html"),
    "text/calendar": ("invite", "ics"),
    "text/vcard": ("contact", "vcf"),
    "text/x-vcard": ("contact", "vcf"),
    "video/quicktime": ("video", "mov"),
    "image/jpeg": ("image", "jpg"),
    "image/jpg": ("image", "jpg"),
    "image/png": ("image", "png"),
    "image/gif": ("image", "gif"),
    "application/pdf": ("document", "pdf"),
    "application/ms-tnef": ("winmail", "dat"),
    "application/pkcs7-mime": ("smime", "p7m"),
    "application/x-pkcs7-mime": ("smime", "p7m"),
    "application/pkcs7-signature": ("smime", "p7s"),
    "application/x-pkcs7-signature": ("smime", "p7s"),
    "application/pgp-signature": ("signature", "asc"),
    "application/pgp-keys": ("key", "asc"),
}
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"|?*]')
_BIDI = dict.fromkeys(
    map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
)
_STEM = re.compile(r"^(.*?)(\.[^.]*)?$", re.S)


def attachment_of(part: Part, notes: Notes) -> MailAttachment:
    content = part.content
    return MailAttachment(
        name=name_of(part, content, notes),
        media_type=part.media_type,
        content=content,
        content_id=content_id_of(part),
        inline=header_fields.token(part.headers.raw("content-disposition")) == "inline",
    )


def content_id_of(part: Part) -> str:
    return part.headers.text("content-id").strip().strip("<>").strip()


def declared_name(part: Part) -> str:
    """The name given by Content-Disposition or Content-Type, or ""."""
    disposition = header_fields.parameters(
        part.headers.raw("content-disposition"), part.headers.hint
    )
    return (
        disposition.get("filename")
        or disposition.get("name")
        or part.params.get("name")
        or part.params.get("filename")
        or ""
    )


def name_of(part: Part, content: bytes, notes: Notes) -> str:
    """The first name that a header gives, else one made from subject, Content-ID or type."""
    name = declared_name(part) or part.headers.text("content-location")
    return safe_name(name) or safe_name(_made_name(part, content, notes))


def _made_name(part: Part, content: bytes, notes: Notes) -> str:
    description = part.headers.text("content-description")
    if part.media_type in {"message/rfc822", "message/global"}:
        return f"{_subject_of(content, notes) or description or 'Mail'}.eml"
    stem, extension = _DEFAULT_NAMES.get(part.media_type, ("", ""))
    if extension:
        return f"{description or stem}.{extension}"
    return content_id_of(part).partition("@")[0] or "file"


def _subject_of(content: bytes, notes: Notes) -> str:
    head = content[:100_000]
    return read_mail(head, Notes(parts=notes.parts)).headers.text("subject").replace("/", "_")


def safe_name(name: str) -> str:
    """A name that is only a name: no path, no control or bidirectional mark, of bounded length."""
    name = unicodedata.normalize("NFC", name).translate(_BIDI)
    if "://" in name:
        name = name.partition("?")[0]
    name = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    name = _UNSAFE.sub("_", re.sub(r"\s+", " ", name)).strip(" ")
    if not name.strip("._"):
        return ""
    if len(name) > MAX_NAME:
        stem, _, extension = name.rpartition(".")
        keep = MAX_NAME - len(extension) - 1
        name = f"{stem[:keep]}.{extension}" if 0 < len(extension) < 20 else name[:MAX_NAME]  # noqa: PLR2004
    return name


def unique_names(files: list[MailAttachment]) -> tuple[MailAttachment, ...]:
    """The same files; a name that was already used gets a number: image.jpg, image1.jpg."""
    seen: set[str] = set()
    out: list[MailAttachment] = []
    for item in files:
        name = item.name
        match = _STEM.match(name)
        stem, extension = (match[1], match[2] or "") if match else (name, "")
        number = 0
        while name.casefold() in seen:
            number += 1
            name = f"{stem}{number}{extension}"
        seen.add(name.casefold())
        out.append(item if name == item.name else structs.replace(item, name=name))
    return tuple(out)
