"""Message-ID, In-Reply-To and References: found among the noise, and made where missing."""

import hashlib
import re

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


def generated_id(raw: bytes) -> str:
    """The id of a mail that has none: the same bytes always get the same id."""
    return f"<{hashlib.sha256(raw).hexdigest()[:40]}@message-id.invalid>"
