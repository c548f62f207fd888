"""What a text costs as SMS: 3GPP TS 23.038 (alphabets) and 23.040 (concatenation)."""

from typing import Literal

import msgspec

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")
ONE, MANY = 0, 1
SIZES = {"gsm7": (160, 153), "ucs2": (70, 67)}


class Segments(msgspec.Struct, frozen=True, kw_only=True):
    """``units`` are septets (gsm7) or 16-bit units (ucs2); ``left`` fit before one more segment."""

    encoding: Literal["gsm7", "ucs2"]
    units: int
    segments: int
    left: int


def count_segments(text: str) -> Segments:
    """How many messages an SMS gateway bills for ``text``."""
    if all(char in BASIC or char in EXTENSION for char in text):
        return _count("gsm7", [2 if char in EXTENSION else 1 for char in text])
    return _count("ucs2", [len(char.encode("utf-16-le")) // 2 for char in text])


def _count(encoding: Literal["gsm7", "ucs2"], widths: list[int]) -> Segments:
    units = sum(widths)
    if units <= SIZES[encoding][ONE]:
        size = SIZES[encoding][ONE]
        return Segments(encoding=encoding, units=units, segments=min(units, 1), left=size - units)
    return _concatenated(encoding, widths, SIZES[encoding][MANY])


def _concatenated(encoding: Literal["gsm7", "ucs2"], widths: list[int], size: int) -> Segments:
    """An escaped or two-unit character is never cut in two, so a segment may end early."""
    segments, used = 1, 0
    for width in widths:
        if used + width > size:
            segments, used = segments + 1, 0
        used += width
    return Segments(encoding=encoding, units=sum(widths), segments=segments, left=size - used)
