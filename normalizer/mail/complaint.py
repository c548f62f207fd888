"""Feedback reports: a recipient's provider tells that a mail of ours was called spam (RFC 5965)."""

from normalizer.mail.addresses import parse_addresses
from normalizer.mail.dsn import RETURNED_TYPES, leaves
from normalizer.mail.headers import Headers, read_headers
from normalizer.mail.message_ids import message_ids
from normalizer.mail.mime import Notes, Part, read_mail
from normalizer.mail.model import Complaint

# RFC 5965 section 7.3; "not-spam" is the opposite, "auth-failure" is about our DNS.
_COMPLAINTS = frozenset({"abuse", "fraud", "virus", "opt-out", "other"})


def find_complaint(root: Part) -> Complaint | None:
    """The complaint that a mail is, or None."""
    if root.params.get("report-type", "").lower() != "feedback-report":
        return None
    parts = list(leaves(root))
    report = next((one for one in parts if one.media_type == "message/feedback-report"), None)
    if report is None:
        return None
    content = report.content.strip()
    fields = read_headers(content, 0, len(content)).headers
    kind = fields.text("feedback-type").strip().lower()
    if kind not in _COMPLAINTS:
        return None
    returned = _returned(parts)
    return Complaint(
        feedback_type=kind,
        recipients=_recipients(fields, "original-rcpt-to") or _recipients(returned, "to"),
        original_message_id=next(iter(message_ids(returned.text("message-id"))), ""),
    )


def _returned(parts: list[Part]) -> Headers:
    """The headers of our mail, as they came back."""
    for part in parts:
        if part.media_type in RETURNED_TYPES:
            return read_mail(part.content, Notes()).headers
    return read_headers(b"", 0, 0).headers


def _recipients(fields: Headers, name: str) -> tuple[str, ...]:
    found = [item.address for value in fields.all_raw(name) for item in parse_addresses(value)]
    return tuple(dict.fromkeys(one for one in found if "@" in one))
