"""Search tokens: lower-cased words, and bigrams where a script has no spaces. Pure.

The same function cuts what is stored and what is asked for, so that both always fit. Of a long
text, not all can be kept (every token is an index entry): what people search for is kept first.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

# Every token costs the small server 20 µs of CPU when its message is inserted, 40 µs when it is
# changed: 600 would make 14 and 27 ms of 4 and 7. In 160, 92 % of the test corpora's mails fit.
MAX_TOKENS = 160
MAX_LENGTH = 40
MAX_CHARS = 60_000
MAX_WORDS = 20_000  # of a message in the word index: ten times the longest mail of the test corpora
MAX_READ = 400_000  # characters of a message's text
SHORT_TEXT = 300  # characters of a subject, of a file's name
LONG_WORD = 5

_SPACELESS = (
    "\u3040-\u30ff"  # hiragana, katakana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # han
    "\uac00-\ud7af"  # hangul
    "\u0e00-\u0e7f"  # thai
    "\U00020000-\U0003134f"
)
_RUN = re.compile(f"[{_SPACELESS}]+|[^\\W_{_SPACELESS}]+(?:['’.@-][^\\W_{_SPACELESS}]+)*")
_ASCII_RUN = re.compile(r"[a-z0-9]+(?:['.@-][a-z0-9]+)*")
_PIECE = re.compile(r"[^\W_]+")
_STARTS_SPACELESS = re.compile(f"[{_SPACELESS}]")


def fold(text: str) -> str:
    """Compatibility form, case folded: full-width letters and ligatures compare equal."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", text).casefold()


def tokens(*texts: str) -> tuple[str, ...]:
    """Distinct tokens in order of appearance, at most ``MAX_TOKENS``: all of short texts, then
    what has a digit or an @, then words by their length.
    """
    found: dict[str, bool] = {}
    for text in texts:
        short = len(text) <= SHORT_TEXT
        for token in _cut(fold(text[:MAX_CHARS])):
            found[token] = short or found.get(token, False)
    if len(found) <= MAX_TOKENS:
        return tuple(found)
    telling = sorted(found, key=lambda token: 0 if found[token] else _dullness(token))
    kept = set(telling[:MAX_TOKENS])
    return tuple(token for token in found if token in kept)


def all_tokens(*texts: str) -> tuple[str, ...]:
    """Distinct tokens in order of appearance, for an index to which each costs next to nothing."""
    found: dict[str, None] = {}
    for text in texts:
        for token in _cut(fold(text[:MAX_READ])):
            found[token] = None
            if len(found) >= MAX_WORDS:
                return tuple(found)
    return tuple(found)


def _dullness(token: str) -> int:
    """1 for numbers and addresses, 2 for long words and bigrams, more for short words."""
    if not token.isalpha():
        return 1
    if _STARTS_SPACELESS.match(token):
        return 2
    return 2 + max(0, LONG_WORD - len(token))


def query_tokens(query: str) -> tuple[str, ...]:
    """The tokens that all must occur; a lone Chinese sign is kept as it is."""
    return tokens(query)


def _cut(text: str) -> Iterator[str]:
    """Tokens of a folded text. Each run is cut once, and a plain word not at all."""
    ascii_only = text.isascii()
    for run in dict.fromkeys((_ASCII_RUN if ascii_only else _RUN).findall(text)):
        if ascii_only and len(run) <= MAX_LENGTH and run.isalnum():
            yield run
        else:
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
