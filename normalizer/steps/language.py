"""The language of what was written now."""

from msgspec.structs import replace

from normalizer.mail.language import detect_language
from normalizer.model import Draft
from normalizer.steps.source import Source


def name_language(draft: Draft, _source: Source) -> Draft:
    """Two letters, or "" when nothing can be said."""
    if draft.language or not draft.text:
        return draft
    return replace(draft, language=detect_language(draft.reply_text or draft.text))
