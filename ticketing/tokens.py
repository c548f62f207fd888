"""Search tokens: lower-cased words, and bigrams where a script has no spaces. Pure.

The same function cuts what is stored and what is asked for, so that both always fit.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

MAX_TOKENS = 160  # every token is one index entry of the message: about 13 µs on the small server
MAX_LENGTH = 40
MAX_CHARS = 20_000

_SPACELESS = (
    "\u3040-\u30ff"  # hiragana, katakana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # han
    "\uac00-\ud7af"  # hangul
    "\u0e00-\u0e7f"  # thai
    "\U00020000-\U0003134f"
)
_RUN = re.compile(f"[{_SPACELESS}]+|[^\\W_{_SPACELESS}]+(?:['’.@-][^\\W_{_SPACELESS}]+)*")
_PIECE = re.compile(r"[^\W_]+")
_STARTS_SPACELESS = re.compile(f"[{_SPACELESS}]")


def fold(text: str) -> str:
    """Compatibility form, case folded: full-width letters and ligatures compare equal."""
    return unicodedata.normalize("NFKC", text).casefold()


def tokens(*texts: str) -> tuple[str, ...]:
    """Distinct tokens in order of appearance, at most ``MAX_TOKENS``."""
    found: dict[str, None] = {}
    for text in texts:
        for token in _cut(fold(text[:MAX_CHARS])):
            found[token] = None
            if len(found) >= MAX_TOKENS:
                return tuple(found)
    return tuple(found)


def query_tokens(query: str) -> tuple[str, ...]:
    """The tokens that all must occur; a lone Chinese sign is kept as it is."""
    return tokens(query)


def _cut(text: str) -> Iterator[str]:
    for match in _RUN.finditer(text):
        run = match.group()
        yield from _bigrams(run) if _STARTS_SPACELESS.match(run) else _words(run)


def _words(run: str) -> Iterable[str]:
    if len(run) > MAX_LENGTH:
        return (piece[:MAX_LENGTH] for piece in _PIECE.findall(run))
    pieces = _PIECE.findall(run)
    return pieces if len(pieces) == 1 else (run, *pieces)


def _bigrams(run: str) -> Iterable[str]:
    if len(run) == 1:
        return (run,)
    return (run[at : at + 2] for at in range(len(run) - 1))
