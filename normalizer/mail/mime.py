"""The tree of a mail: entities found in the raw bytes, without copying their bodies.

Written for this use because the standard library's feed parser walks every line through one
generator per nesting level: ten times slower on a mail with an attachment and three times its size
in memory. Semantics for well-formed mail are the same, which a test holds against it.
"""

import re
from dataclasses import dataclass, field

from normalizer.mail import headers as header_fields
from normalizer.mail import transfer
from normalizer.mail.headers import Headers

MAX_PARTS = 1000
MAX_DEPTH = 50

_TYPE = re.compile(rb"^\s*([A-Za-z0-9!#$&^_.+-]+)\s*/\s*([A-Za-z0-9!#$&^_.+-]+)")
_GUESSED_BOUNDARY = re.compile(rb"(?:^|\n)--([^\s][^\r\n]{0,250}+)\r*+\n(?=[Cc]ontent-)")


@dataclass(slots=True)
class Notes:
    """What the reader met on its way: limits reached, repairs made. Shared by one whole mail."""

    parts: int = 0
    warnings: dict[str, None] = field(default_factory=dict)

    def warn(self, text: str) -> None:
        self.warnings[text] = None


@dataclass(slots=True)
class Part:
    """One entity. `params` are those of Content-Type; `stray` is text met inside its header."""

    raw: bytes
    start: int
    end: int
    headers: Headers
    media_type: str
    params: dict[str, str]
    stray: bytes
    parts: list["Part"]

    @property
    def body(self) -> bytes:
        """The body as sent, still in its transfer encoding."""
        return self.stray + self.raw[self.start : self.end]

    @property
    def content(self) -> bytes:
        """The decoded body."""
        encoding = header_fields.token(self.headers.raw("content-transfer-encoding"))
        if encoding == "base64" and not self.stray:  # without a copy: it may be 25 MB
            return transfer.base64(memoryview(self.raw)[self.start : self.end])
        return transfer.decode(self.body, encoding)

    @property
    def declared_charset(self) -> str | None:
        return self.params.get("charset") or None


def read_mail(raw: bytes, notes: Notes, depth: int = 0) -> Part:
    """The tree of a whole message (or of one nested in another, at its depth)."""
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    start = len(raw) - len(raw.lstrip(b"\r\n")) if raw[:1] in b"\r\n" else 0
    return _read_part(raw, (start, len(raw)), notes, depth=depth)


def _read_part(
    raw: bytes,
    span: tuple[int, int],
    notes: Notes,
    *,
    depth: int,
    default_type: str = "text/plain",
    hint: str | None = None,
) -> Part:
    start, end = span
    notes.parts += 1
    block = header_fields.read_headers(raw, start, end)
    if block.truncated and len(block.headers.fields) >= header_fields.MAX_FIELDS:
        notes.warn(f"header of more than {header_fields.MAX_FIELDS} fields: the rest is text")
    elif block.truncated and block.body_start - start >= header_fields.MAX_HEADER_BYTES:
        notes.warn("header larger than 1 MB: the rest is shown as text")
    block.headers.hint = hint or header_fields.charset_hint(
        value for _, value in block.headers.fields
    )
    content_type = block.headers.raw("content-type")
    media_type = _media_type(content_type) or default_type
    part = Part(
        raw=raw,
        start=block.body_start,
        end=end,
        headers=block.headers,
        media_type=media_type,
        params=header_fields.parameters(content_type, block.headers.hint),
        stray=block.stray,
        parts=[],
    )
    if media_type.startswith("multipart/"):
        _read_children(part, depth, notes)
    return part


def _media_type(value: bytes) -> str | None:
    """`type/subtype` in lower case; None when absent or not understood (RFC 2045 section 5.2)."""
    match = _TYPE.match(value)
    if match:
        return (match[1] + b"/" + match[2]).decode("ascii").lower()
    if value.strip().lower().startswith(b"multipart"):
        return "multipart/mixed"
    return None


def _read_children(part: Part, depth: int, notes: Notes) -> None:
    if depth >= MAX_DEPTH:
        notes.warn(f"nested deeper than {MAX_DEPTH}: kept as one part")
        return
    spans = _spans_of(part, notes)
    default = "message/rfc822" if part.media_type == "multipart/digest" else "text/plain"
    for span in spans:
        if notes.parts >= MAX_PARTS:
            notes.warn(f"more than {MAX_PARTS} parts: the rest is not read")
            return
        part.parts.append(
            _read_part(
                part.raw,
                span,
                notes,
                depth=depth + 1,
                default_type=default,
                hint=part.headers.hint,
            )
        )


def _spans_of(part: Part, notes: Notes) -> list[tuple[int, int]]:
    declared = part.params.get("boundary", "").encode("latin-1", "replace")
    for boundary in dict.fromkeys((declared, declared.strip())):
        spans = boundary and split(part.raw, part.start, part.end, boundary)
        if spans:
            return spans
    if _encoded_multipart(part):
        return _spans_of(part, notes)
    guessed = _GUESSED_BOUNDARY.search(part.raw, max(part.start - 1, 0), part.end)
    if guessed:
        notes.warn("boundary missing or wrong: guessed")
        return split(part.raw, part.start, part.end, guessed[1].rstrip())
    notes.warn("multipart without parts")
    return []


def _encoded_multipart(part: Part) -> bool:
    """RFC 2045 section 6.4 forbids an encoded multipart; some gateways make them all the same."""
    encoding = header_fields.token(part.headers.raw("content-transfer-encoding"))
    if encoding not in {"base64", "quoted-printable"}:
        return False
    decoded = part.content
    if b"--" not in decoded or decoded == part.body:
        return False
    part.raw, part.start, part.end, part.stray = decoded, 0, len(decoded), b""
    hint = part.headers.hint
    part.headers = Headers(
        [item for item in part.headers.fields if item[0] != "content-transfer-encoding"]
    )
    part.headers.hint = hint
    return True


def split(raw: bytes, start: int, end: int, boundary: bytes) -> list[tuple[int, int]]:
    """Where the parts between `boundary` lines lie (RFC 2046 section 5.1.1).

    A line that goes on after white space still counts, one that goes on with other characters is
    a longer boundary of somebody else. Parts that follow the closing line are read when they
    begin with a Content field, since senders close too early more often than they add such text.
    """
    delimiter = b"--" + boundary
    spans: list[tuple[int, int]] = []
    opened = -1
    closed = False
    position = raw.find(delimiter, start, end)
    while position >= 0 and len(spans) <= MAX_PARTS:
        after = position + len(delimiter)
        if position > start and raw[position - 1] not in b"\n\r":
            position = raw.find(delimiter, after, end)
            continue
        newline = raw.find(b"\n", after, end)
        line_end = end if newline < 0 else newline + 1
        kind = _line_kind(raw[after:line_end])
        if kind and opened >= 0:
            spans.append((opened, _before_newline(raw, opened, position)))
            opened = -1
        if kind == "open" and (not closed or _content_field_at(raw, line_end)):
            opened = line_end
        closed = closed or kind == "close"
        position = raw.find(delimiter, line_end if kind else after, end)
    if 0 <= opened < end:
        spans.append((opened, end))
    return spans


def _line_kind(rest: bytes) -> str:
    """ "open", "close", or "" when the line, `rest` after the boundary, is no boundary line."""
    if not rest.strip():
        return "open"
    if rest.startswith(b"--") and (len(rest) == 2 or rest[2] in b" \t\r\n"):  # noqa: PLR2004
        return "close"
    return "open" if rest[0] in b" \t" else ""


def _content_field_at(raw: bytes, position: int) -> bool:
    return raw[position : position + 8].lower() == b"content-"


def _before_newline(raw: bytes, start: int, position: int) -> int:
    """The line break before a boundary line belongs to the boundary."""
    if position > start and raw[position - 1 : position] == b"\n":
        position -= 1
    while position > start and raw[position - 1 : position] == b"\r":
        position -= 1
    return position
