"""Blocks inside plain text that are meant for machines: PGP armour and uuencoded files."""

import re
from typing import NamedTuple

_SIGNED = re.compile(
    r"^-----BEGIN PGP SIGNED MESSAGE-----[ \t]*\n(?:[\w-]+: [^\n]*\n)*[ \t]*\n?", re.M
)
_SIGNATURE = re.compile(
    r"^-----BEGIN PGP SIGNATURE-----[^\S\n]*\n(?:(?!-----)[^\n]*\n)*+-----END PGP SIGNATURE-----"
    r"[ \t]*\n?",
    re.M,
)
_SEALED = re.compile(
    r"^-----BEGIN PGP MESSAGE-----[^\S\n]*\n(?:(?!-----)[^\n]*\n)*+-----END PGP MESSAGE-----"
    r"[ \t]*\n?",
    re.M,
)
_ESCAPED_DASH = re.compile(r"^- (?=-)", re.M)
_UUENCODED = re.compile(
    r"^begin [0-7]{3,4}[^\n]*\n(?:[ -`][^\n]{0,80}\n)*`?\s*\nend[ \t]*\n?", re.M
)
_UU_HEAD = re.compile(r"^begin [0-7]{3,4} ", re.M)


class Bared(NamedTuple):
    """Text as people read it, and what the removed armour says of it ("pgp-signed" ...)."""

    text: str
    labels: tuple[str, ...]


def unsealed(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without encrypted blocks, which nobody can read there, and those blocks."""
    if "-----BEGIN PGP MESSAGE-----" not in text:
        return text, ()
    blocks = tuple(match[0] for match in _SEALED.finditer(text))
    return (_SEALED.sub("", text) if blocks else text), blocks


def bare(text: str) -> Bared:
    """RFC 9580 section 7: cleartext signatures undone, not verified."""
    if _UU_HEAD.search(text):
        text = _UUENCODED.sub("", text)
    if "-----BEGIN PGP" not in text:
        return Bared(text, ())
    if not _SIGNED.search(text):
        return Bared(text, ())
    text = _SIGNATURE.sub("", _SIGNED.sub("", text))
    return Bared(_ESCAPED_DASH.sub("", text), ("pgp-signed",))
