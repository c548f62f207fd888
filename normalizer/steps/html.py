"""HTML of chat channels: made safe, and read as text where no text came with it."""

import re

from msgspec.structs import replace

from normalizer.mail.html_text import render
from normalizer.mail.sanitize import canonical_html, shown
from normalizer.model import Draft
from normalizer.steps.source import Source

_BLANKS = re.compile(r"\n{3,}")


def read_html(draft: Draft, source: Source) -> Draft:
    """Mail has been through the same cleaner already."""
    if draft.html is None or draft.mail is not None:
        return draft
    canonical = canonical_html(draft.html)
    return replace(
        draft, html=shown(canonical, source.origin).html, text=draft.text or _text(canonical)
    )


def _text(canonical: str) -> str:
    joined = "\n".join(line.text for line in render(canonical))
    return _BLANKS.sub("\n\n", joined).strip()
