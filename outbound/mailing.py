"""The envelope of a mail reply, frozen when the agent pressed Send. Pure.

MAIL rule 42: Message-ID ours and signed, References complete, the subject keeps its hook, replies
and bounces come back to signed addresses.
"""

import re
from collections.abc import Iterable

from connectors.contract import MailEnvelope
from normalizer.model import MessageId
from outbound.errors import CannotReply
from outbound.model import Heard
from ticketing.model import Inbox
from ticketing.reply_tokens import ReplyTokens

MAX_REFERENCES = 100  # the first (the root of the thread) and the newest are kept
MAX_COPIES = 50
MAX_NAME = 100  # characters: the line that a header takes stays far below RFC 5322's 998
_PREFIX = re.compile(r"^\s*(?:(?:re|aw|antw|sv|vs|回复|答复)\s*(?:\[\d+\])?\s*[:：]\s*)+", re.I)
_ADDRESS = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+")


def reply_subject(subject: str, number: int) -> str:
    """``Re: Tent pole [#1042]``: one prefix, one hook, on one line."""
    hook = f"[#{number}]"
    words = " ".join(subject.split())
    bare = _PREFIX.sub("", words.replace(hook, "")).strip()
    return f"Re: {bare} {hook}" if bare else f"Re: {hook}"


def envelope(
    tokens: ReplyTokens,
    inbox: Inbox,
    *,
    number: int,
    message_id: MessageId,
    recipient: str,
    copies: Iterable[str],
    hidden: Iterable[str] = (),
    parent: Heard | None,
    unsubscribe: str | None = None,
) -> MailEnvelope:
    """All addresses and ids of one reply to ``parent`` (None: the conversation begins with us).

    ``unsubscribe`` is there where the mail is automatic.
    """
    ours = {inbox.address.lower(), *map(str.lower, inbox.aliases)}
    to = _checked(recipient, "recipient")
    if to.lower() in ours:
        raise CannotReply("recipient", f"{to} is this inbox: the reply would come back here.")
    parent_id, before = _thread_of(parent)
    cc = _copies(copies, "cc", {to.lower(), *ours})
    return MailEnvelope(
        message_id=tokens.message_id(inbox.address, inbox.id, number, message_id),
        to=(to,),
        to_name=_name_of(to, parent),
        cc=cc,
        bcc=_copies(hidden, "bcc", {to.lower(), *map(str.lower, cc), *ours}),
        reply_to=tokens.ticket_address(inbox.address, inbox.id, number),
        envelope_from=tokens.bounce_address(inbox.address, inbox.id, message_id),
        in_reply_to=parent_id,
        references=_references((*before, parent_id) if parent_id else before),
        auto_submitted=unsubscribe is not None,
        unsubscribe=unsubscribe or "",
    )


def _name_of(address: str, parent: Heard | None) -> str:
    """What the writer of the mail answered is called, if the answer goes to where it came from:
    another address (Reply-To, a forward) may be somebody else's.
    """
    if parent is None:
        return ""
    if parent.envelope is not None:  # our own mail before this one
        return parent.envelope.to_name if address in parent.envelope.to[:1] else ""
    author = parent.author
    if author is None or author.kind != "contact" or author.address.lower() != address.lower():
        return ""
    # A name with an address in it is none, and could pass for another recipient.
    return "" if "@" in author.name else author.name.strip()[:MAX_NAME]


def _thread_of(parent: Heard | None) -> tuple[str, tuple[str, ...]]:
    """The Message-ID answered, and the References that it had itself (RFC 5322 section 3.6.4)."""
    if parent is None:
        return "", ()
    if parent.envelope is not None:
        return parent.envelope.message_id, parent.envelope.references
    if parent.mail is None:
        return "", ()
    return parent.mail.message_id, parent.mail.references or parent.mail.in_reply_to


def _references(ids: tuple[str, ...]) -> tuple[str, ...]:
    distinct = tuple(dict.fromkeys(ids))
    if len(distinct) <= MAX_REFERENCES:
        return distinct
    return distinct[:1] + distinct[-(MAX_REFERENCES - 1) :]


def _copies(copies: Iterable[str], field: str, ours: set[str]) -> tuple[str, ...]:
    """Distinct addresses but our own and the recipient's: a copy to ourselves makes a loop."""
    wanted = {address.lower(): address for address in (_checked(one, field) for one in copies)}
    if len(wanted) > MAX_COPIES:
        raise CannotReply(field, f"At most {MAX_COPIES} people can be in copy.")
    return tuple(address for key, address in wanted.items() if key not in ours)


def _checked(address: str, field: str) -> str:
    if not _ADDRESS.fullmatch(address.strip()):
        raise CannotReply(field, f"{address!r} is not a mail address.")
    return address.strip()
