"""Text that any database, browser and JSON reader takes: no lone surrogates, no NUL, bounded."""

import re
from typing import Any

from msgspec.structs import replace

from normalizer.model import Draft
from normalizer.steps.source import Source

_BAD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# Characters of four bytes, and HTML of at most eight MB: a message fits a document of 16 MiB.
_BOUNDS = {
    "dedupe_id": 1_000_000,  # only its hash is kept: cut, two ids could become one
    "native_id": 1_000,
    "thread_key": 1_000,
    "reply_to": 1_000,
    "sender_name": 200,
    "subject": 1_000,
    "text": 750_000,
    "html": 3_000_000,
    "reply_text": 750_000,
    "signature": 20_000,
    "recipient": 1_000,
}


def scrub(draft: Draft, _source: Source) -> Draft:
    """Every text field made safe and cut to its bound; a cut body is said in the warnings."""
    changes: dict[str, Any] = {}
    warnings: list[str] = []
    for name, bound in _BOUNDS.items():
        before = getattr(draft, name)
        if not before or (len(before) <= bound and not _BAD.search(before)):
            continue
        if len(before) > bound and name in ("text", "html"):
            warnings.append(f"{name} cut at {bound} characters")
        changes[name] = _BAD.sub("", before[:bound])
    files = tuple(replace(item, name=_BAD.sub("", item.name[:255])) for item in draft.files)
    if files != draft.files:
        changes["files"] = files
    if warnings:
        changes["warnings"] = (*draft.warnings, *warnings)
    return replace(draft, **changes) if changes else draft
