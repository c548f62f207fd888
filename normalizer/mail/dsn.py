"""Delivery status notifications by the book: message/delivery-status (RFC 3464)."""

import re
from collections.abc import Iterator

import msgspec

from normalizer.mail.addresses import repair
from normalizer.mail.headers import Headers, read_headers
from normalizer.mail.mime import Part
from normalizer.mail.model import BounceKind

STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
RETURNED_TYPES = frozenset(
    {"message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers",
     "message/global-headers", "text/rfc822-header"}
)  # fmt: skip
STATUS_CODE = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")

_MAX_BLOCKS = 500
_BLANK = re.compile(rb"\r?\n[ \t]*\r?\n")
# Action (RFC 3464 section 2.3.3) -> what it means for the delivery; others are good news.
_ACTIONS: dict[str, BounceKind] = {
    "failed": "permanent",
    "failure": "permanent",
    "delayed": "temporary",
}
_GOOD_NEWS = frozenset({"delivered", "relayed", "expanded"})
_CLASSES: dict[str, BounceKind] = {"5": "permanent", "4": "temporary"}


class RecipientStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What a report says of one recipient; `kind` is None for a delivery that went well."""

    address: str
    kind: BounceKind | None
    status: str
    reason: str


def leaves(part: Part) -> Iterator[Part]:
    if not part.parts:
        yield part
    for child in part.parts:
        yield from leaves(child)


def read_statuses(content: bytes) -> list[RecipientStatus]:
    """Each recipient block of a delivery-status body; the first block, on the message, has none."""
    blocks = [
        read_headers(block, 0, len(block)).headers
        for block in _BLANK.split(content.strip())[:_MAX_BLOCKS]
    ]
    return [status for block in blocks if (status := _status_of(block)) is not None]


def _status_of(block: Headers) -> RecipientStatus | None:
    address = _address(block, "original-recipient") or _address(block, "final-recipient")
    if not address and "action" not in block:
        return None
    diagnostic = _after_type(block.text("diagnostic-code"))
    found = STATUS_CODE.search(block.text("status")) or STATUS_CODE.search(diagnostic)
    status = found[1] if found else ""
    action = block.text("action").split(" ")[0].split(";")[0].lower()
    kind = None if action in _GOOD_NEWS else _ACTIONS.get(action) or _CLASSES.get(status[:1])
    return RecipientStatus(address=address, kind=kind, status=status, reason=diagnostic)


def _address(block: Headers, name: str) -> str:
    value = _after_type(block.text(name)).strip()
    spec, _ = repair(value)
    return spec if "@" in spec and " " not in spec else ""


def _after_type(value: str) -> str:
    kind, separator, rest = value.partition(";")
    return rest.strip() if separator and " " not in kind.strip() else value.strip()
