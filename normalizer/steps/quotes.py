"""What was written now: chats do not quote inside the text, so it is the whole of it."""

from msgspec.structs import replace

from normalizer.model import Draft
from normalizer.steps.source import Source


def find_reply(draft: Draft, _source: Source) -> Draft:
    """Mail's reply text came from its parser; an empty one stays empty there."""
    return draft if draft.mail is not None else replace(draft, reply_text=draft.text)
