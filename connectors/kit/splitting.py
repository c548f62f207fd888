"""Long texts in pieces that a provider takes, cut where a reader would."""

import unicodedata
from collections.abc import Callable

from connectors.kit.gsm import sms_length
from connectors.manifest import LengthUnit

MEASURES: dict[LengthUnit, Callable[[str], int]] = {
    "chars": len,
    "utf16": lambda text: len(text.encode("utf-16-le")) // 2,
    "bytes": lambda text: len(text.encode()),
    "sms": sms_length,
}
ZWJ = "\u200d"
JOINERS = {ZWJ, "\ufe0f", "\ufe0e", *map(chr, range(0x1F3FB, 0x1F400))}
BREAKS = ("\n\n", "\n", " ", "")


def measure(text: str, unit: LengthUnit) -> int:
    """The length of ``text`` as the provider counts it."""
    return MEASURES[unit](text)


def split_text(text: str, limit: int, unit: LengthUnit = "chars") -> list[str]:
    """Pieces of at most ``limit`` units: at a paragraph, else a line, else a word, else anywhere
    between two characters. White space at a cut is dropped.
    """
    pieces = []
    while measure(text, unit) > limit:
        head = _head(text, limit, unit)
        pieces.append(head.rstrip())
        text = text[len(head) :].lstrip()
    return [piece for piece in (*pieces, text) if piece] or [""]


def _head(text: str, limit: int, unit: LengthUnit) -> str:
    most = text[: _fitting(text, limit, unit)]
    for mark in BREAKS[:-1]:
        at = most.rfind(mark)
        if at > len(most) // 2 or (mark == " " and at > 0):
            return most[:at]
    return most


def _fitting(text: str, limit: int, unit: LengthUnit) -> int:
    """How many characters fit, never less than one and never ending before a joiner or mark."""
    low, high = 1, min(len(text), limit)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(text[:middle], unit) <= limit else (low, middle - 1)
    return _whole(text, low)


def _whole(text: str, end: int) -> int:
    """``end`` moved back so that no emoji sequence or accented letter is torn apart."""
    start = end
    while 1 < end < len(text) and (
        unicodedata.combining(text[end]) or text[end] in JOINERS or text[end - 1] == ZWJ
    ):
        end -= 1
    return end if end > 1 else start
