"""Foreign values as text, and text in the alphabets of mobile networks."""

from typing import Any, TypeAlias

# What came from outside, or is found in it: any JSON value, or bytes.
Value: TypeAlias = Any

GSM = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_MORE = {
    "\x0a": "\f", "\x14": "^", "\x28": "{", "\x29": "}", "\x2f": "\\",
    "\x3c": "[", "\x3d": "~", "\x3e": "]", "\x40": "|", "\x65": "€",
}  # fmt: skip
ESCAPE = "\x1b"
PLAIN_GSM = frozenset(GSM) - {ESCAPE}
LONG_GSM = frozenset(GSM_MORE.values())


def as_text(value: Value) -> str:
    """Text as it stands, numbers in digits, nothing as "". ValueError for objects and lists."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    raise ValueError(f"{type(value).__name__} where text was expected")


def is_gsm(text: str) -> bool:
    """Whether every character is in the 7-bit alphabet (3GPP TS 23.038 section 6.2.1)."""
    return all(char in PLAIN_GSM or char in LONG_GSM for char in text)


def gsm_length(text: str) -> int:
    """Septets of a text for which ``is_gsm``: the second table's characters take two."""
    return len(text) + sum(char in LONG_GSM for char in text)


def from_gsm(text: str) -> str:
    """Septets that a gateway handed on as characters, as what they mean."""
    found, escaped = [], False
    for char in text:
        if escaped:
            found.append(GSM_MORE.get(char, _plain(char)))
        elif char != ESCAPE:
            found.append(_plain(char))
        escaped = char == ESCAPE and not escaped
    return "".join(found)


def _plain(char: str) -> str:
    return GSM[ord(char)] if ord(char) < len(GSM) else char
