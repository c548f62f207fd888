"""Message-ID, In-Reply-To and References: found among the noise, and made where missing."""

import hashlib
import re
from collections.abc import Sequence

_BRACKETED = re.compile(r"<\s*([^<>\s]{1,990})\s*>")
_BARE = re.compile(r"[^\s<>,;\"()]{1,480}@[^\s<>,;\"()]{1,480}")
_LIMIT = 1000


def message_ids(value: str) -> tuple[str, ...]:
    """Every id of a header, in order, each once, in angle brackets (RFC 5322 section 3.6.4).

    Comments and words ("Your message of Monday") are skipped; ids without brackets are taken when
    the header has none with brackets.
    """
    found = _BRACKETED.findall(_joined(value)) or _BARE.findall(value)
    return tuple(dict.fromkeys(f"<{item}>" for item in found[:_LIMIT]))


def _joined(value: str) -> str:
    """Folding by old Exchange breaks long ids in two: white space inside brackets is dropped."""
    if "<" not in value:
        return value
    return re.sub(r"<[^<>]*@[^<>]*>", lambda match: re.sub(r"\s+", "", match[0]), value)


def generated_id(raw: bytes, written: Sequence[bytes], words: bytes) -> str:
    """The id of a mail that has none: the same mail always gets the same id (MAIL.md rule 29).

    `written` are the fields that its author wrote, the date among them; relays change neither them
    nor the `words`. A mail without a date is known by all its bytes: devices say the same words
    again and again.
    """
    known = b"\n".join((*written, b" ".join(words.split()))) if all(written[:1]) else raw
    return f"<{hashlib.sha256(known).hexdigest()[:40]}@message-id.invalid>"
