"""Header fields: read off the top of an entity, unfolded, decoded (RFC 2047, RFC 2231)."""

import binascii
import re
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from normalizer.mail import charset
from normalizer.mail.detect import detect

MAX_HEADER_BYTES = 1_000_000
MAX_FIELDS = 5000
_MAX_VALUE = 200_000

_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:")
_FOLD = re.compile(rb"[ \t]*\r*\n[ \t\r\n]*")
# No payload holds the "=?" of another word: each beginning would be sought to the end else.
_WORD = re.compile(
    r"=\?([^?\s*]+)(?:\*[^?]*)?\?([bBqQ])\?"
    r"((?:(?!=\?(?!=))[^?]|\?(?!=)|\?=(?=[0-9A-Fa-f]{2}[^\s]{0,200}?\?=))*)\?="
)
_OPEN_WORD = re.compile(r"=\?([^?\s*]+)(?:\*[^?]*)?\?([bBqQ])\?([^?\s]*)\??$")
_LABELS = re.compile(rb"=\?([\w.:-]{2,40})\?[bBqQ]\?")
_QUOTED_BYTE = re.compile(rb"=([0-9A-Fa-f]{2})")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_PARAM = re.compile(
    rb";\s*([^\s=;\"]+)\s*=\s*"
    rb"(?:\"((?:[^\"\\]|\\.|\"(?!\s*(?:;|$)))*)(?:\"|$)|([^;]*))",
    re.S,
)
_NUMBERED = re.compile(r"^(.*?)\*(\d+)(\*?)$")
_TOKEN = re.compile(rb"^[\s\"']*([^\s;\"'()]+)")


class Headers:
    """The fields of one entity, raw and in order; names are compared without case.

    `hint` is the codec in which unlabelled bytes are read first, when the mail gives one away.
    """

    __slots__ = ("_first", "fields", "hint")

    def __init__(self, fields: list[tuple[str, bytes]]) -> None:
        self.fields = fields
        self.hint: str | None = None
        self._first: dict[str, bytes] = {}
        for name, value in fields:
            self._first.setdefault(name, value)

    def __contains__(self, name: str) -> bool:
        return name in self._first

    def raw(self, name: str) -> bytes:
        """The first field of that name, unfolded, or b""."""
        return unfold(self._first.get(name, b""))

    def all_raw(self, name: str) -> list[bytes]:
        return [unfold(value) for key, value in self.fields if key == name]

    def text(self, name: str) -> str:
        """The first field of that name, decoded for people, or ""."""
        value = self._first.get(name)
        return decode_words(unfold(value), self.hint) if value else ""


class HeaderBlock(NamedTuple):
    """Fields, where the body starts, and lines between the fields that are no fields."""

    headers: Headers
    body_start: int
    stray: bytes
    truncated: bool


def unfold(value: bytes) -> bytes:
    if b"\n" in value:
        value = _FOLD.sub(b" ", value)
    return value[:_MAX_VALUE].strip()


def read_headers(raw: bytes, start: int, end: int) -> HeaderBlock:
    """Read the fields at `start`.

    A line that is no field ends the header, unless fields go on after it: then it is kept as stray
    text. A line of only white space is folding when the next line is a field or a continuation.
    """
    fields: list[tuple[str, bytes]] = []
    stray: list[bytes] = []
    position = start
    limit = min(end, start + MAX_HEADER_BYTES)
    while position < limit and len(fields) < MAX_FIELDS:
        line_end = _line_end(raw, position, end)
        line = raw[position:line_end]
        bare = line.strip()
        if not bare:
            if line.rstrip(b"\r\n") and fields and _goes_on(raw, line_end, end):
                position = line_end
                continue
            return HeaderBlock(Headers(fields), line_end, b"".join(stray), False)
        match = _FIELD.match(line)
        if line[0] in b" \t" and fields:
            name, value = fields[-1]
            fields[-1] = (name, value + b"\n" + line.rstrip(b"\r\n"))
        elif match:
            name = match[1].decode("ascii").lower()
            field_end = _continued(raw, line_end, end)
            fields.append((name, raw[position + match.end() : field_end].rstrip(b"\r\n")))
            line_end = field_end
        elif fields and _lost_folding(fields[-1][0], raw, position, end):
            name, value = fields[-1]
            fields[-1] = (name, value + b"\n " + bare)
        elif not _goes_on(raw, line_end, end):
            return HeaderBlock(Headers(fields), position, b"".join(stray), False)
        elif fields:
            stray.append(line)
        position = line_end
    return HeaderBlock(Headers(fields), position, b"".join(stray), position < end)


def _line_end(raw: bytes, position: int, end: int) -> int:
    found = raw.find(b"\n", position, end)
    return end if found < 0 else found + 1


def _continued(raw: bytes, position: int, end: int) -> int:
    """The end of a field whose first line ends at `position`: past its continuation lines."""
    while position < end and raw[position] in b" \t":
        line_end = _line_end(raw, position, end)
        if not raw[position:line_end].strip():
            return position
        position = line_end
    return position


def _goes_on(raw: bytes, position: int, end: int) -> bool:
    return position < end and (
        raw[position] in b" \t" or _FIELD.match(raw, position, end) is not None
    )


# Fields that relays write, long enough to be folded, and folded wrongly by some.
_TRACE = ("received", "x-", "dkim-", "arc-", "authentication-results", "domainkey-")
_LOST_LINES = 6


def _lost_folding(name: str, raw: bytes, position: int, end: int) -> bool:
    """Whether a line that is no field belongs to the trace field before it, its indent lost.

    It does when fields go on within a few lines.
    """
    if not name.startswith(_TRACE):
        return False
    for _ in range(_LOST_LINES):
        position = _line_end(raw, position, end)
        if position >= end or raw[position] in b"\r\n":
            return False
        if _FIELD.match(raw, position, end):
            return True
    return False


def charset_hint(values: Iterable[bytes]) -> str | None:
    """The codec of the first encoded word that names one beyond ASCII and UTF-8."""
    for value in values:
        for label in _LABELS.findall(value) if b"=?" in value else ():
            codec = charset.python_codec(label.decode("ascii"))
            if codec not in {None, "ascii", "utf-8", "cp1252"}:
                return codec
    return None


def decode_words(value: bytes, hint: str | None = None) -> str:
    """An unfolded value as text: raw 8-bit repaired, encoded words decoded.

    Words with only white space between them join without it; neighbours in one charset are joined
    as bytes first, because senders split inside a character (against RFC 2047 section 5).
    """
    text = value.decode("ascii") if value.isascii() else detect(value, hint)
    if "=?" not in text:
        return _jis_in_header(value, text)
    out: list[str] = []
    pending = b""
    pending_charset = ""
    position = 0
    for match in _words(text):
        gap = text[position : match.start()]
        label = match[1].lower()
        if pending_charset and (gap.strip() or label != pending_charset):
            out.append(charset.decode(pending, pending_charset)[0])
            pending = b""
        if gap.strip() or not pending_charset:
            out.append(gap)
        pending += _word_bytes(match[2], match[3])
        pending_charset = label
        position = match.end()
    if pending_charset:
        out.append(charset.decode(pending, pending_charset)[0])
    out.append(text[position:])
    return _one_line("".join(out))


def _words(text: str) -> list[re.Match[str]]:
    found = list(_WORD.finditer(text))
    tail = _OPEN_WORD.search(text, found[-1].end() if found else 0)
    return [*found, tail] if tail else found


def _jis_in_header(value: bytes, text: str) -> str:
    if b"\x1b$" in value:
        text = charset.decode(value, "iso-2022-jp")[0]
    return _one_line(text)


def _one_line(text: str) -> str:
    """Encoded line breaks and NULs must not survive into anything that becomes a header again."""
    if "\n" in text or "\r" in text or "\x00" in text:
        text = re.sub(r"[\r\n]+\s*", " ", text.replace("\x00", ""))
    return text


def _word_bytes(kind: str, payload: str) -> bytes:
    data = payload.encode("utf-8", "surrogateescape")
    if kind in "qQ":
        data = data.replace(b"_", b" ")
        return _QUOTED_BYTE.sub(lambda match: bytes((int(match[1], 16),)), data)
    data = _NOT_BASE64.sub(b"", data)
    if len(data) % 4 == 1:
        data = data[:-1]
    return binascii.a2b_base64(data + b"=" * (-len(data) % 4))


def token(value: bytes) -> str:
    """The first word of a structured value, lower-cased, quotes and comments dropped."""
    match = _TOKEN.match(value)
    return match[1].decode("latin-1").lower() if match else ""


def parameters(value: bytes, hint: str | None = None) -> dict[str, str]:
    """The parameters of Content-Type or Content-Disposition, RFC 2231 pieces joined.

    `boundary` stays byte for byte (latin-1); every other value is decoded for people, RFC 2047
    words inside quotes included, which is against the RFC and common.
    """
    if b";" not in value:
        return {}
    plain: dict[str, str] = {}
    pieces: dict[str, list[tuple[int, bool, bytes]]] = {}
    for match in _PARAM.finditer(value):
        name = match[1].decode("latin-1").lower()
        data = match[3].strip() if match[2] is None else _unquoted(match[2])
        if "*" in name:
            _collect(pieces, name, data)
        elif name not in plain:
            plain[name] = data.decode("latin-1") if name == "boundary" else decode_words(data, hint)
    for name, items in pieces.items():
        plain[name] = _joined_pieces(items)
    return plain


def _unquoted(data: bytes) -> bytes:
    return re.sub(rb'\\(["\\])', rb"\1", data) if b"\\" in data else data


def _collect(pieces: dict[str, list[tuple[int, bool, bytes]]], name: str, data: bytes) -> None:
    match = _NUMBERED.match(name)
    if match:
        pieces.setdefault(match[1], []).append((int(match[2][:6]), bool(match[3]), data))
    else:
        pieces.setdefault(name.rstrip("*"), []).append((-1, True, data))


def _joined_pieces(items: list[tuple[int, bool, bytes]]) -> str:
    items.sort(key=lambda item: item[0])
    label, out = "", b""
    whole_encoded = False
    for place, (_, encoded, piece) in enumerate(items):
        data = piece.strip(b'"')
        if encoded and place == 0 and data.count(b"'") > 1:
            head, _, data = data.split(b"'", 2)
            label = head.decode("latin-1")
        out += unquote_to_bytes(data) if encoded else data
        whole_encoded = whole_encoded or encoded
    if not whole_encoded:
        return decode_words(out)
    return charset.decode(out, label or "utf-8")[0]
