"""Bounces and delays: what could not be delivered, to whom, and why.

First the standard (RFC 3464), then the header that Exim and Gmail add, then the wording of the
many systems that follow neither.
"""

import re

from normalizer.mail import bounce_patterns as patterns
from normalizer.mail.addresses import parse_addresses, repair
from normalizer.mail.dsn import (
    RETURNED_TYPES,
    STATUS_TYPES,
    RecipientStatus,
    leaves,
    read_statuses,
)
from normalizer.mail.headers import Headers
from normalizer.mail.message_ids import message_ids
from normalizer.mail.mime import Notes, Part, read_mail
from normalizer.mail.model import Address, Bounce, BouncedRecipient, BounceKind

_MAX_REPORT = 20_000
_MAX_REASON = 400
_ID_LINE = re.compile(r"^[\s>]*message-id:\s*(<[^<>\s]+>)", re.I | re.M)


def comes_from_mail_system(fields: Headers, sender: Address, subject: str) -> bool:
    """Whether a mail may be a report at all: by its sender, its envelope or its title."""
    if "x-failed-recipients" in fields:
        return True
    if patterns.SENDER.match(sender.address):
        return True
    if patterns.SUBJECT.search(subject):
        return True
    return "return-path" in fields and b"<>" in fields.raw("return-path")


def find_bounce(root: Part, sender: Address, subject: str, text: str) -> Bounce | None:
    """The report that a mail is, or None. `text` is its visible text."""
    report_type = root.params.get("report-type", "").lower()
    if report_type == "feedback-report":
        return None
    parts = list(leaves(root))
    statuses = _statuses(parts)
    if not statuses and comes_from_mail_system(root.headers, sender, subject):
        statuses = _statuses(_wrapped_report(parts))
    if statuses:
        return _from_statuses(statuses, root, parts, text)
    if report_type == "disposition-notification" and not patterns.SUBJECT.search(subject):
        return None
    if not comes_from_mail_system(root.headers, sender, subject):
        return None
    return _from_wording(root, parts, sender, subject, text)


def _statuses(parts: list[Part]) -> list[RecipientStatus]:
    return [
        status
        for part in parts
        if part.media_type in STATUS_TYPES
        for status in read_statuses(part.content)
    ]


def _wrapped_report(parts: list[Part]) -> list[Part]:
    """The parts of a report that a relay wrapped into a mail of its own."""
    for part in parts:
        if part.media_type == "message/rfc822":
            inner = read_mail(part.content, Notes())
            if inner.media_type == "multipart/report":
                return list(leaves(inner))
    return []


def _from_statuses(
    statuses: list[RecipientStatus], root: Part, parts: list[Part], text: str
) -> Bounce | None:
    bad = [status for status in statuses if status.kind is not None]
    unclear = [status for status in statuses if status.kind is None and not status.status]
    if not bad and not unclear:
        return None
    worst = next((item for item in bad if item.kind == "permanent"), (bad or unclear)[0])
    addresses = [item.address for item in bad or unclear if item.address]
    report, _ = _split_report(text)
    return Bounce(
        kind=worst.kind or "unknown",
        status=worst.status,
        recipients=_unique(addresses or _failed_recipients(root.headers) or _named(report, set())),
        original_message_id=_original_id(root.headers, parts, text),
        reason=worst.reason[:_MAX_REASON],
        each=_each(bad),
    )


def _each(bad: list[RecipientStatus]) -> tuple[BouncedRecipient, ...]:
    named = [item for item in bad if item.address and item.kind]
    return tuple(
        BouncedRecipient(
            address=item.address,
            kind=item.kind or "unknown",
            status=item.status,
            reason=item.reason[:_MAX_REASON],
        )
        for item in named
    )


def _from_wording(
    root: Part, parts: list[Part], sender: Address, subject: str, text: str
) -> Bounce | None:
    report, rest = _split_report(text)
    if not patterns.FAILED.search(report) and not patterns.DELAYED.search(report):
        return None
    not_meant = {sender.address.lower()} | {
        item.address.lower()
        for value in root.headers.all_raw("to")
        for item in parse_addresses(value)
    }
    if not _has_proof(root.headers, sender, parts, report, rest):
        return None
    recipients = _failed_recipients(root.headers) or _named(
        report, not_meant, domain=sender.address.rpartition("@")[2]
    )
    if not recipients and not _is_sure(root.headers, sender, subject):
        return None
    status = patterns.ENHANCED.search(report)
    return Bounce(
        kind=_kind(subject, report, status[1] if status else ""),
        status=status[1] if status else "",
        recipients=_unique(recipients),
        original_message_id=_original_id(root.headers, parts, rest or text),
        reason=_reason(report),
    )


def _has_proof(fields: Headers, sender: Address, parts: list[Part], report: str, rest: str) -> bool:
    """A title alone is no proof, people write of failed deliveries too: a mail system signs it,
    quotes an SMTP reply, speaks of "your message", or returns it.
    """
    return bool(
        rest
        or "x-failed-recipients" in fields
        or patterns.SENDER.match(sender.address)
        or b"<>" in fields.raw("return-path")
        or any(part.media_type in RETURNED_TYPES for part in parts)
        or patterns.SMTP_REPLY.search(report)
        or patterns.STATEMENT.search(report)
    )


def _is_sure(fields: Headers, sender: Address, subject: str) -> bool:
    """A report that names nobody counts only from a mail system with a title that says so."""
    return bool(patterns.SENDER.match(sender.address)) and bool(patterns.SUBJECT.search(subject))


def _kind(subject: str, report: str, status: str) -> BounceKind:
    if patterns.DELAYED.search(f"{subject}\n{report}") and not patterns.GAVE_UP.search(report):
        return "temporary"
    return "temporary" if status.startswith("4") and "delay" in subject.lower() else "permanent"


def _split_report(text: str) -> tuple[str, str]:
    """What the mail system says, and the returned mail under it."""
    lines = text[:_MAX_REPORT].split("\n")
    for at, line in enumerate(lines):
        if at and patterns.RETURNED.match(line) and "".join(lines[:at]).strip():
            return "\n".join(lines[:at]), text[sum(len(item) + 1 for item in lines[:at]) :]
    return "\n".join(lines), ""


def _failed_recipients(fields: Headers) -> list[str]:
    values = fields.all_raw("x-failed-recipients")
    return [item.address for value in values for item in parse_addresses(value) if item.address]


def _named(report: str, not_meant: set[str], domain: str = "") -> list[str]:
    """The recipients that a report names; lines about whom to ask do not count.

    `domain` is the reporting host's, to which names without a domain belong.
    """
    lines = [line for line in report.split("\n") if not patterns.CONTACT.search(line)]
    body = "\n".join(lines)
    for pattern in patterns.RECIPIENT_LINES:
        if found := _meant(pattern.findall(body), not_meant):
            return found + _meant(patterns.EXPANDED.findall(body), not_meant)
    if bare := patterns.BARE_NAMES.search(report):
        return [f"{name}@{domain}" for name in bare[1].split() if domain]
    failing = [line for line in lines if patterns.FAILED.search(line)]
    for part in ("\n".join(failing), body):
        if found := _meant(patterns.ADDRESS.findall(part), not_meant):
            return found
    return []


def _meant(found: list[str], not_meant: set[str]) -> list[str]:
    addresses = [repair(item.strip(".'\""))[0] for item in found]
    return [item for item in addresses if "@" in item and item.lower() not in not_meant]


def _unique(addresses: list[str]) -> tuple[str, ...]:
    return tuple({item.lower(): item for item in addresses}.values())


def _original_id(fields: Headers, parts: list[Part], text: str) -> str:
    """The id of the mail that came back: from its copy, its headers, or what the report answers."""
    for part in parts:
        if part.media_type in RETURNED_TYPES:
            content = part.content
            found = message_ids(read_mail(content, Notes()).headers.text("message-id"))
            if found:
                return found[0]
    if line := _ID_LINE.search(text):
        return line[1]
    answered = message_ids(fields.text("in-reply-to")) or message_ids(fields.text("references"))
    return answered[-1] if answered else ""


def _reason(report: str) -> str:
    found = patterns.SMTP_REPLY.search(report)
    line = found[0] if found else next(iter(patterns.FAILED.findall(report)), "")
    return line.strip()[:_MAX_REASON]
