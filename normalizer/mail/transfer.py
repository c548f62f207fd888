"""Content-Transfer-Encoding undone, whatever state the bytes are in. Never raises."""

import binascii
import re

_UU_NAMES = frozenset({"x-uuencode", "x-uue", "uuencode", "uue"})
_UU_BLOCK = re.compile(
    rb"^begin [0-7]{3,4}(?: ([^\r\n]*?))?[ \t]*\r?\n"
    rb"((?:[ -`][^\r\n]*\r?\n|\r?\n)*?)`?[ \t]*\r?\n?end\b",
    re.M,
)
_PADDED_MIDDLE = re.compile(rb"(?<!=)=++\s*+(?=[A-Za-z0-9+/])")
_INNER_SPACE = re.compile(rb"\S[ \t]+(?=\S)")
_SAMPLE = 600
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
# Characters over a multiple of four -> the bits of the last one that hold no data (RFC 4648).
_UNUSED_BITS = {1: None, 2: 0b1111, 3: 0b11}
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")


def decode(data: bytes, encoding: str) -> bytes:
    """The bytes meant by `data`; an unknown encoding leaves them as they are."""
    if encoding == "base64":
        return base64(data)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(data)
    if encoding in _UU_NAMES:
        found = uuencoded(data)
        return found[0][1] if found else data
    return data


def base64(data: bytes | memoryview) -> bytes:
    """Base64 with stray characters, missing padding, or several padded runs one after another.

    Text that was only labelled so is left as it is.
    """
    if _is_prose(bytes(data[:_SAMPLE])):
        return bytes(data)
    if _PADDED_MIDDLE.search(data):
        return b"".join(_run(piece) for piece in _PADDED_MIDDLE.split(bytes(data)))
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        return _run(bytes(data))


def _is_prose(sample: bytes) -> bool:
    """Words with spaces between them: base64 lines have white space only at their ends."""
    return len(_INNER_SPACE.findall(sample)) * 12 > len(sample)


def _run(data: bytes) -> bytes:
    """One run whose end is damaged.

    Padding that was left off is put back. Bits that padding would have to be zero and are not tell
    that the stream was cut: the incomplete last group is dropped then.
    """
    kept = _NOT_BASE64.sub(b"", data)
    spare = len(kept) % 4
    if spare:
        unused = _UNUSED_BITS[spare]
        if unused is None or _ALPHABET.index(kept[-1]) & unused:
            kept = kept[:-spare]
    return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))


def uuencoded(data: bytes) -> list[tuple[str, bytes]]:
    """The files of every `begin` ... `end` block in a text: (name, content)."""
    if b"begin " not in data:
        return []
    return [
        ((match[1] or b"").decode("utf-8", "replace").strip(), _uu_lines(match[2]))
        for match in _UU_BLOCK.finditer(data)
    ]


def _uu_lines(block: bytes) -> bytes:
    return b"".join(_uu_line(line) for line in block.split(b"\n") if line.strip())


def _uu_line(line: bytes) -> bytes:
    line = line.rstrip(b"\r")
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        size = (((line[0] - 32) & 63) * 4 + 5) // 3
        try:
            return binascii.a2b_uu(line[:size])
        except binascii.Error:
            return b""
