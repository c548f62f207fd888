"""Raw RFC 5322 bytes into everything that a mail says."""

import hashlib
import re
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from connectors.events import MediaKind, SenderId
from normalizer.mail.addresses import is_own, is_valid, untagged
from normalizer.mail.forwards import original_author
from normalizer.mail.model import Address, Bounce, Complaint, MailAttachment, ParsedMail
from normalizer.mail.parse import parse_mail
from normalizer.model import INCOMPLETE, BouncedRecipient, BounceFacts, Draft, File, MailFacts
from normalizer.moments import clamped
from normalizer.steps.source import Source

_KIND_OF_TYPE: dict[str, MediaKind] = {"image": "image", "audio": "audio", "video": "video"}
_BLANK_LINE = re.compile(rb"\n\r?\n")
_PIECE = 1_000_000
_MAX_REFERENCES = 100
_MAX_ADDRESSES = 200
_MAX_HEADER_ID = 900


def read_mail(draft: Draft, source: Source) -> Draft:
    """Fill the draft from ``message.mail``; other events pass unchanged."""
    if source.message.mail is None:
        return draft
    mail = parse_mail(source.message.mail, own_origin=source.origin)
    message_id = bare(mail.message_id)
    author, sent_by = _author(mail, source)
    files, contents = _files(mail.attachments)
    return replace(
        draft,
        dedupe_id=_identity(message_id, mail, source.message.mail),
        native_id=message_id,
        thread_key=_root(mail, message_id),
        senders=(SenderId(family="mailto", value=author.address.strip().lower() or "unknown"),),
        sender_name=author.name,
        sent_by=sent_by,
        occurred_at=clamped(mail.date or draft.received_at, draft.received_at),
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        reply_text=mail.reply_text,
        signature=mail.signature,
        language=mail.language,
        files=files,
        contents=contents,
        reply_to=bare(mail.in_reply_to[0]) if mail.in_reply_to else "",
        mail=_facts(mail, message_id, draft.recipient),
        bounce=_bounce(mail.bounce) or _complaint(mail.complaint),
        warnings=(*mail.warnings, *((INCOMPLETE,) if source.message.incomplete else ())),
    )


def bare(message_id: str) -> str:
    """A Message-ID without its angle brackets, short enough for an index key."""
    return message_id.strip("<> ")[:_MAX_HEADER_ID]


def _identity(message_id: str, mail: ParsedMail, raw: bytes) -> str:
    """Message-ID, author, date and words: an id that a program uses for every mail must lose none,
    nor must one that says the same words each day.

    Relays change headers, white space and line ends, never words (RFC 6376 section 3.4.4) nor the
    date, which is the author's (RFC 5322 section 3.6.1).
    """
    blank = _BLANK_LINE.search(raw)
    written = mail.date.isoformat() if mail.date else ""
    known_by = f"{mail.sender.address.strip().lower()}|{written}|"
    digest = hashlib.sha256(known_by.encode("utf-8", "replace"))
    for number, words in enumerate(_words(raw, blank.end() if blank else 0)):
        digest.update(b" " + words if number else words)
    return f"{message_id}|{digest.hexdigest()[:32]}"


def _words(raw: bytes, start: int) -> Iterator[bytes]:
    """The words of a body with one space between them, in pieces: a large mail is not doubled."""
    while start < len(raw):
        end = raw.find(b"\n", start + _PIECE)
        end = len(raw) if end < 0 else end
        words = b" ".join(raw[start:end].split())
        if words:
            yield words
        start = end


def _root(mail: ParsedMail, own: str) -> str:
    """The first mail of the thread: all of a thread share it, in whatever order they come."""
    past = mail.references or mail.in_reply_to
    return bare(past[0]) if past else own


def _author(mail: ParsedMail, source: Source) -> tuple[Address, str]:
    """Who speaks, and who sent it where that is somebody else (MAIL.md rules 13 and 15)."""
    behind = _asked(mail, source) or _passed_on(mail, source)
    return (behind, mail.sender.address.strip().lower()) if behind else (mail.sender, "")


def _asked(mail: ParsedMail, source: Source) -> Address | None:
    """The first foreign Reply-To, where the inbox takes it for the sender."""
    if source.rules.reply_to_as_sender == "off":
        return None
    found = next((item for item in mail.reply_to if _is_foreign(item, mail.sender, source)), None)
    if found is not None and source.rules.reply_to_as_sender == "keep_name":
        return replace(found, name=mail.sender.name)
    return found


def _passed_on(mail: ParsedMail, source: Source) -> Address | None:
    """The author of what an agent forwards to us alone, where the inbox takes it for the sender."""
    if not source.rules.agent_forwards or not is_own(mail.sender.address, source.own):
        return None
    if not all(is_own(item.address, source.own) for item in (*mail.to, *mail.cc)):
        return None
    author = original_author(mail)
    return author if author and _is_foreign(author, mail.sender, source) else None


def _is_foreign(item: Address, sender: Address, source: Source) -> bool:
    known = is_own(item.address, source.own) or untagged(item.address) == untagged(source.address)
    same = untagged(item.address) == untagged(sender.address)
    return is_valid(item.address) and not known and not same


def _facts(mail: ParsedMail, message_id: str, recipient: str) -> MailFacts:
    references = tuple(bare(item) for item in mail.references[-_MAX_REFERENCES:])
    delivered = dict.fromkeys((*((recipient,) if recipient else ()), *mail.delivered_to))
    return MailFacts(
        message_id=message_id,
        in_reply_to=tuple(bare(item) for item in mail.in_reply_to[:_MAX_REFERENCES]),
        references=references,
        to=_plain(mail.to),
        cc=_plain(mail.cc),
        reply_to=_plain(mail.reply_to),
        delivered_to=tuple(delivered),
        auto_reply=mail.auto_reply_reason or "robot" if mail.auto_reply else "",
        bounce_of=_reported(mail),
        remote_content=mail.remote_content,
    )


def _reported(mail: ParsedMail) -> str:
    report = mail.bounce or mail.complaint
    return bare(report.original_message_id) if report else ""


def _plain(addresses: Iterable[Address]) -> tuple[str, ...]:
    found = dict.fromkeys(item.address.strip().lower() for item in addresses if item.address)
    return tuple(found)[:_MAX_ADDRESSES]


def _bounce(bounce: Bounce | None) -> BounceFacts | None:
    if bounce is None:
        return None
    return BounceFacts(
        permanent=bounce.kind == "permanent",
        status=bounce.status,
        recipients=bounce.recipients,
        original_message_id=bare(bounce.original_message_id),
        reason=bounce.reason,
        temporary=bounce.kind == "temporary",
        each=tuple(
            BouncedRecipient(
                address=one.address,
                permanent=one.kind == "permanent",
                status=one.status,
                reason=one.reason,
            )
            for one in bounce.each
        ),
    )


def _complaint(complaint: Complaint | None) -> BounceFacts | None:
    if complaint is None:
        return None
    return BounceFacts(
        permanent=False,
        complaint=True,
        status="",
        recipients=complaint.recipients,
        original_message_id=bare(complaint.original_message_id),
        reason=complaint.feedback_type,
    )


def _files(
    attachments: Iterable[MailAttachment],
) -> tuple[tuple[File, ...], tuple[tuple[str, bytes], ...]]:
    files: list[File] = []
    contents: dict[str, bytes] = {}
    for number, item in enumerate(attachments):
        digest = hashlib.sha256(item.content).hexdigest()
        contents[digest] = item.content
        files.append(
            File(
                id=f"f{number}",
                kind=_KIND_OF_TYPE.get(item.media_type.partition("/")[0], "file"),
                name=item.name,
                media_type=item.media_type,
                size=len(item.content),
                sha256=digest,
                content_id=item.content_id,
                inline=item.inline,
            )
        )
    return tuple(files), tuple(contents.items())
