"""What a message says of its own past: the mails that it answers, and a number in its subject."""

import re

from normalizer.model import Draft

# Only in brackets, only in a subject, and no part of a longer word (MAIL.md rule 36).
_HOOK = re.compile(r"(?<![A-Za-z0-9_./=])\[#(\d{1,12})\](?![A-Za-z0-9_])")
MAX_REFERENCES = 20


def answered_ids(draft: Draft) -> tuple[str, ...]:
    """Ids of mails that this one answers, newest first: In-Reply-To, then References backwards."""
    if draft.mail is None:
        return (draft.reply_to,) if draft.reply_to else ()
    past = (*reversed(draft.mail.in_reply_to), *reversed(draft.mail.references))
    return tuple(dict.fromkeys(past))[:MAX_REFERENCES]


def hook_of(draft: Draft) -> int | None:
    """The ticket number in the subject of a mail."""
    found = _HOOK.search(draft.subject) if draft.mail is not None else None
    return int(found[1]) if found else None
