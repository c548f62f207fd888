"""The tree of a mail read as people see it: text and HTML in order, files apart."""

import re
from dataclasses import dataclass, field
from html import escape
from urllib.parse import quote

from normalizer.mail import charset, transfer
from normalizer.mail import headers as header_fields
from normalizer.mail.attachments import attachment_of, content_id_of, declared_name, safe_name
from normalizer.mail.mime import MAX_DEPTH, Notes, Part, read_mail
from normalizer.mail.model import MailAttachment

_PKCS7 = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_MESSAGES = frozenset({"message/rfc822", "message/global", "message/news"})
_SECURITY = {
    "application/pgp-encrypted": "pgp-encrypted",
    "application/pgp-signature": "pgp-signed",
    "application/pkcs7-signature": "smime-signed",
    "application/x-pkcs7-signature": "smime-signed",
}
# A "page" that begins with MIME fields: a blank line slipped into the header above it.
_ENTITY = re.compile(rb"\s*(?:Content-Type|MIME-Version)\s*:[^<>]{0,1500}\bmultipart/", re.I)
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]+)", re.I)


@dataclass(slots=True)
class Block:
    """A run of visible text, in HTML or not."""

    text: str
    html: bool


@dataclass(slots=True)
class Body:
    """What a walk gathers. `plain_twin` is the plain text of an alternative shown as HTML."""

    blocks: list[Block] = field(default_factory=list)
    files: list[MailAttachment] = field(default_factory=list)
    plain_twin: list[str] = field(default_factory=list)
    security: dict[str, None] = field(default_factory=dict)

    @property
    def has_html(self) -> bool:
        return any(block.html for block in self.blocks)

    def take_files(self, other: "Body") -> None:
        self.files += other.files
        self.security |= other.security

    def take(self, other: "Body") -> None:
        self.blocks += other.blocks
        self.plain_twin += other.plain_twin
        self.take_files(other)


def assemble(part: Part, notes: Notes, *, opens_messages: bool = True) -> Body:
    """Read a tree. Mails within are shown only where `opens_messages`: not in a bounce."""
    return _read(part, notes, depth=0, opens_messages=opens_messages, alone=True)


def _read(part: Part, notes: Notes, *, depth: int, opens_messages: bool, alone: bool) -> Body:
    kind = part.media_type
    if part.parts:
        opens_messages = opens_messages and kind != "multipart/report"
        reader = _CONTAINERS.get(kind, _read_mixed)
        return reader(part, notes, depth + 1, opens_messages)
    body = Body()
    if kind.startswith("multipart/"):
        _add_text(part, body, notes, html=False)
    elif kind == "text/html" and _ENTITY.match(part.content[:2000]):
        inner = read_mail(part.content, notes, depth + 1)
        return _read(inner, notes, depth=depth + 1, opens_messages=opens_messages, alone=True)
    elif _is_visible(part, alone=alone):
        _add_text(part, body, notes, html=kind == "text/html")
    elif kind in _MESSAGES and opens_messages and _is_shown(part) and depth < MAX_DEPTH:
        _open_message(part, body, notes, depth)
    else:
        if part.media_type in _PKCS7 and depth < MAX_DEPTH:
            _open_signed(part, body, notes, depth)
        body.files.append(attachment_of(part, notes))
        _label(part, body)
    return body


def _open_signed(part: Part, body: Body, notes: Notes, depth: int) -> None:
    """RFC 8551 section 3.5.2: the mail stands inside its own signature (Outlook does that)."""
    if part.params.get("smime-type", "").lower() != "signed-data":
        return
    from normalizer.trust.smime import opaque_content

    content = opaque_content(part.content)
    if content:
        inner = read_mail(content, notes, depth + 1)
        body.take(_read(inner, notes, depth=depth + 1, opens_messages=True, alone=True))


def _label(part: Part, body: Body) -> None:
    label = _SECURITY.get(part.media_type)
    if part.media_type in _PKCS7:
        signed = part.params.get("smime-type", "").lower() == "signed-data"
        label = "smime-signed" if signed else "smime-encrypted"
    if label:
        body.security[label] = None


def _is_shown(part: Part) -> bool:
    return header_fields.token(part.headers.raw("content-disposition")) != "attachment"


def _is_visible(part: Part, *, alone: bool) -> bool:
    """Text to read, as opposed to a text file: the only part, or one that carries no file name."""
    if part.media_type not in {"text/plain", "text/html", "text/enriched"}:
        return False
    if not _is_shown(part):
        return False
    return alone or not declared_name(part)


def _add_text(part: Part, body: Body, notes: Notes, *, html: bool) -> None:
    content = part.content
    text, guessed = decode_text(content, part.declared_charset, part.headers.hint, html=html)
    if guessed:
        notes.warn("charset wrong or unknown: guessed")
    if not html:
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
        for name, data in transfer.uuencoded(content):
            body.files.append(
                MailAttachment(
                    name=safe_name(name) or "file",
                    media_type="application/octet-stream",
                    content=data,
                )
            )
    if text.strip():
        body.blocks.append(Block(text, html))


def decode_text(
    content: bytes, label: str | None, hint: str | None, *, html: bool
) -> tuple[str, bool]:
    """Text of a part, and whether its label did not fit.

    HTML without a usable label says its charset itself (`<meta charset>`).
    """
    if html and (label is None or charset.python_codec(label) in {None, "ascii"}):
        found = _META_CHARSET.search(content[:4096])
        label = found[1].decode("ascii") if found else label
    return charset.decode(content, label, hint)


def _open_message(part: Part, body: Body, notes: Notes, depth: int) -> None:
    """A forwarded mail is kept whole as a file, and what it says is shown."""
    file = attachment_of(part, notes)
    body.files.append(file)
    inner = read_mail(file.content, notes, depth + 1)
    shown = _read(inner, notes, depth=depth + 1, opens_messages=True, alone=True)
    title = "\n".join(
        f"{label}: {value}"
        for label in ("From", "Date", "To", "Subject")
        if (value := inner.headers.text(label.lower()))
    )
    if title and shown.blocks:
        body.blocks.append(Block(f"---------- Forwarded message ----------\n{title}\n", html=False))
    shown.files = [item for item in shown.files if item.media_type not in _MESSAGES]
    body.take(shown)


def _read_mixed(part: Part, notes: Notes, depth: int, opens_messages: bool) -> Body:
    body = Body()
    for child in part.parts:
        alone = len(part.parts) == 1
        body.take(_read(child, notes, depth=depth, opens_messages=opens_messages, alone=alone))
        _place_image(child, body)
    return body


def _place_image(part: Part, body: Body) -> None:
    """An image sent between texts (Apple Mail) is shown where it stands."""
    if not part.media_type.startswith("image/") or not body.has_html:
        return
    disposition = header_fields.token(part.headers.raw("content-disposition"))
    content_id = content_id_of(part)
    if disposition != "inline" or not content_id:
        return
    spellings = {f"cid:{content_id}".lower(), f"cid:{quote(content_id)}".lower()}
    pages = [block.text.lower() for block in body.blocks if block.html]
    if not any(spelling in page for page in pages for spelling in spellings):
        body.blocks.append(Block(f'<img src="cid:{escape(content_id)}">', html=True))


def _read_alternative(part: Part, notes: Notes, depth: int, opens_messages: bool) -> Body:
    """The last alternative with HTML, else all that differ; files of all of them are kept."""
    read = [
        _read(child, notes, depth=depth, opens_messages=opens_messages, alone=True)
        for child in part.parts
    ]
    with_text = [item for item in read if item.blocks]
    with_html = [item for item in with_text if item.has_html]
    body = Body()
    if with_html:
        body.blocks, body.plain_twin = with_html[-1].blocks, with_html[-1].plain_twin
        others = [block for item in with_text if not item.has_html for block in item.blocks]
        body.plain_twin += [block.text for block in others]
    else:
        distinct = {block.text.strip(): block for item in with_text for block in item.blocks}
        body.blocks = list(distinct.values())
    for item in read:
        body.take_files(item)
    return body


def _read_related(part: Part, notes: Notes, depth: int, opens_messages: bool) -> Body:
    """The root is what `start` names, else the first part (RFC 2387); the rest are its files."""
    wanted = part.params.get("start", "").strip("<> ")
    root = next((item for item in part.parts if wanted and content_id_of(item) == wanted), None)
    if root is None or root is part.parts[0]:
        return _read_mixed(part, notes, depth, opens_messages)
    part.parts.remove(root)
    part.parts.insert(0, root)
    return _read_mixed(part, notes, depth, opens_messages)


_CONTAINERS = {
    "multipart/alternative": _read_alternative,
    "multipart/related": _read_related,
}


def joined_html(blocks: list[Block]) -> str:
    """All blocks as one page, plain ones with their line breaks kept."""
    return "\n".join(
        block.text
        if block.html
        else f'<div style="white-space:pre-wrap">{escape(block.text, quote=False)}</div>'
        for block in blocks
    )
