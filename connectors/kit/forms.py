"""Forms with their files, as bytes: nothing is decoded before its charset is known (RFC 7578)."""

import binascii
import re
from collections.abc import Sequence
from urllib.parse import unquote_to_bytes

import msgspec

from connectors.contract import WebhookRequest
from connectors.errors import Malformed

MOST_PARTS = 2_000
MOST_STRAY = 100_000
_STRAY = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_BOUNDARY = re.compile(r'boundary="?([^";]{1,200})"?', re.IGNORECASE)
_PARAMETER = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"|(\w+)=([^\s;"]+)')
_URLENCODED = "application/x-www-form-urlencoded"


class FormPart(msgspec.Struct, frozen=True, kw_only=True):
    """One field; ``filename`` is None for one that is no file."""

    name: str
    content: bytes
    filename: str | None = None
    media_type: str = ""

    @property
    def text(self) -> str:
        """As UTF-8, whatever it is."""
        return self.content.decode("utf-8", "replace")


def form_parts(request: WebhookRequest) -> list[FormPart]:
    """All fields and files in their order; Malformed when the body is no form."""
    if request.media_type == "multipart/form-data":
        return _multipart(request)
    if request.media_type == _URLENCODED:
        return _urlencoded(request.body)
    raise Malformed(f"not a form but {request.media_type or 'a body of no type'}")


def texts(parts: Sequence[FormPart]) -> dict[str, str]:
    """The fields that are no files, the last of each name."""
    return {part.name: part.text for part in parts if part.filename is None}


def _urlencoded(body: bytes) -> list[FormPart]:
    if body.count(b"&") > MOST_PARTS:  # counted before they take memory
        raise Malformed(f"more than {MOST_PARTS} fields")
    pairs = [pair.partition(b"=") for pair in body.split(b"&") if pair]
    return [
        FormPart(name=_plain(name).decode("utf-8", "replace"), content=_plain(value))
        for name, _, value in pairs
    ]


def _plain(quoted: bytes) -> bytes:
    """As ``unquote_to_bytes``, which takes a hundred times the memory of a mail full of escapes:
    they are those of quoted-printable under another sign, which is decoded in one go.
    """
    text = quoted.replace(b"+", b" ")
    if b"%" not in text:
        return text
    if _STRAY.search(text) is None:
        return binascii.a2b_qp(text.replace(b"=", b"=3D").replace(b"%", b"="))
    if text.count(b"%") > MOST_STRAY:
        raise Malformed("the form is not percent-encoded")
    return unquote_to_bytes(text)


def _multipart(request: WebhookRequest) -> list[FormPart]:
    found = _BOUNDARY.search(request.headers.get("content-type", ""))
    if found is None:
        raise Malformed("the multipart form names no boundary")
    between = b"\r\n--" + found[1].strip().encode("utf-8", "backslashreplace")
    if request.body.count(between) > MOST_PARTS:
        raise Malformed(f"more than {MOST_PARTS} fields")
    pieces = (b"\r\n" + request.body).split(between)
    if len(pieces) == 1:
        raise Malformed("the multipart form has no parts")
    return [_part(piece) for piece in pieces[1:] if not piece.startswith(b"--")]


def _part(piece: bytes) -> FormPart:
    head, blank, content = piece.partition(b"\r\n\r\n")
    if not blank:
        raise Malformed("a part of the form has no blank line after its headers")
    lines = head.decode("utf-8", "replace").split("\r\n")
    headers = {n.strip().lower(): v.strip() for n, _, v in (line.partition(":") for line in lines)}
    about = {
        (quoted or bare).lower(): re.sub(r"\\(.)", r"\1", value) if quoted else plain
        for quoted, value, bare, plain in _PARAMETER.findall(headers.get("content-disposition", ""))
    }
    return FormPart(
        name=about.get("name", ""),
        content=content,
        filename=about.get("filename"),
        media_type=headers.get("content-type", ""),
    )
