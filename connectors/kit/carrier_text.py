"""Texts that a carrier handed on in base64 instead of decoding them."""

import base64
import binascii
import re

LONG = 60
TORN = "".join(map(chr, range(0xDC80, 0xDD00)))
ENCODED = re.compile(r"[A-Za-z0-9+/]+={0,2}")


def readable(text: str) -> str:
    """The words inside, when ``text`` is one long base64 word that holds plain UTF-8 sentences
    (a character cut off at its end is dropped); else ``text`` itself. Keys and tokens stay: what
    they decode to is no text with spaces.
    """
    if len(text) < LONG or len(text) % 4 or not ENCODED.fullmatch(text):
        return text
    try:
        words = base64.b64decode(text, validate=True).decode("utf-8", "surrogateescape")
    except (binascii.Error, ValueError):
        return text
    words = words.rstrip(TORN)
    plain = all(char.isprintable() or char.isspace() for char in words)
    return words if plain and " " in words else text
