"""Header values as RFC 5322 and RFC 2047 want them; nothing from outside breaks a line."""

import binascii
import re

_CONTROLS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]+")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*\Z")
_ENCODED_MOST = 39  # bytes of UTF-8 in one encoded word: 64 characters, so "Subject: " fits too
_LINE_MOST = 76
_TOKEN = re.compile(r"[A-Za-z0-9!#$&+.^_`|~-]+\Z")


def clean(text: str) -> str:
    """One line: every run of controls and line breaks is a space."""
    return _CONTROLS.sub(" ", text).strip()


def encoded_words(text: str) -> str:
    """RFC 2047 section 2: words of whole characters, folded one a line."""
    words: list[str] = []
    piece = b""
    for character in text:
        raw = character.encode()
        if len(piece) + len(raw) > _ENCODED_MOST:
            words.append(_word(piece))
            piece = b""
        piece += raw
    return "\r\n ".join([*words, _word(piece)])


def _word(raw: bytes) -> str:
    return f"=?utf-8?b?{binascii.b2a_base64(raw, newline=False).decode()}?="


def unstructured(name: str, text: str) -> str:
    """A header of free text, with its line end."""
    value = " ".join(clean(text).split())
    if not value.isascii() or len(max(value.split(" "), key=len)) > _LINE_MOST or "=?" in value:
        return f"{name}: {encoded_words(value)}\r\n"
    return folded(name, value.split(" "), " ")


def folded(name: str, items: list[str], glue: str) -> str:
    """Items joined by ``glue`` (which ends in the space that a fold takes), lines under 76."""
    lines: list[str] = []
    line = f"{name}:"
    last = len(items) - 1
    for i, item in enumerate(items):
        piece = item if i == last else item + glue.rstrip(" ")
        if len(line) + 1 + len(piece) > _LINE_MOST and line != f"{name}:":
            lines.append(line)
            line = ""
        line += f" {piece}"
    return "\r\n".join([*lines, line]) + "\r\n"


def mailbox(address: str, name: str = "") -> str:
    """``name <address>``; the name quoted or encoded as it needs."""
    shown = clean(name)
    if not shown:
        return address
    if not shown.isascii() or "=?" in shown:
        return f"{encoded_words(shown)}\r\n <{address}>"
    if not _ATOMS.match(shown):
        escaped = shown.replace("\\", "\\\\").replace('"', '\\"')
        shown = f'"{escaped}"'
    return f"{shown} <{address}>"


def parameter(name: str, value: str) -> str:
    """``; name=value`` of a MIME header: a token, a quoted string, or RFC 2231 for the rest.

    RFC 2231 values stand whole on one folded line: continuations are read by fewer clients.
    """
    text = clean(value)
    if _TOKEN.match(text):
        return f"; {name}={text}"
    if text.isascii():
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        return f';\r\n {name}="{escaped}"'
    percent = "".join(chr(b) if _TOKEN.match(chr(b)) else f"%{b:02X}" for b in text.encode())
    return f";\r\n {name}*=utf-8''{percent}"
