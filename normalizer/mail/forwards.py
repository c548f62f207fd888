"""Who wrote the mail that another passes on: by the attached mail, or the fields over its text."""

import re

from normalizer.mail.addresses import is_valid, parse_addresses
from normalizer.mail.announcements import find_cut
from normalizer.mail.mime import Notes, read_mail
from normalizer.mail.model import Address, MailAttachment, ParsedMail
from normalizer.mail.quote_patterns import FORWARD_SUBJECT, LABEL_LINE, LABEL_REACH
from normalizer.mail.quotes import plain_lines

_MAX_LINES = 200
_MAX_HEAD = 100_000
_MAILTO = re.compile(r"[\[<(]\s*mailto:\s*([^\s\]>)]+)\s*[\])>]", re.I)


def original_author(mail: ParsedMail) -> Address | None:
    """The author of what is passed on, or None when nothing is, or nobody is named."""
    attached = [file for file in mail.attachments if file.media_type == "message/rfc822"]
    named = FORWARD_SUBJECT.match(mail.subject) is not None
    if attached and (named or not mail.quoted_text):
        return _author_of(attached[0])
    lines = plain_lines(mail.text)[:_MAX_LINES]
    cut = find_cut(lines)
    if cut is None or not (cut.kind == "forward" or (named and cut.kind == "block")):
        return None
    for line in lines[cut.at : cut.at + LABEL_REACH + 2]:
        match = LABEL_LINE.match(line.text.lstrip())
        if match and match.lastgroup == "from":
            return _first_valid(line.text.lstrip()[match.end() :])
    return None


def _author_of(file: MailAttachment) -> Address | None:
    fields = read_mail(file.content[:_MAX_HEAD], Notes()).headers
    found = parse_addresses(fields.raw("from"), fields.hint)
    return next((item for item in found if is_valid(item.address)), None)


def _first_valid(value: str) -> Address | None:
    value = _MAILTO.sub(r"<\1>", value.strip().strip("*"))
    found = parse_addresses(value.encode())
    return next((item for item in found if is_valid(item.address)), None)
