"""Which reports suppress an address, and what a suppressed address stops. Pure."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from connectors.contract import Accepted, OutboundMessage, Refusal, Rejected, SendOutcome
from normalizer.model import Delivery, Message, RecipientDelivery
from outbound.recipients import canonical, everyone, news, recipients_of
from outbound.suppression.model import (
    Stopped,
    Suppression,
    SuppressionKind,
    suppression_id,
)

# RFC 3463: these speak of the message, of us, or of the moment, not of the address.
_NOT_THE_ADDRESS = re.compile(r"4\.|5\.(?:[367]\.|1\.[78]\b|2\.[23]\b|4\.[3567]\b|5\.[0-5]\b)")
_ENHANCED = re.compile(r"\b[45]\.\d{1,3}\.\d{1,3}\b")
_SMTP = re.compile(r"^\D{0,40}([45]\d\d)\b")
_ADDRESS_CODES = {"550", "551", "553"}  # RFC 5321 section 4.2.3
_NOT_ITS_FAULT = re.compile(
    r"spam|block|black|polic|reputation|dmarc|\bspf\b|dkim|authenti|virus|"
    r"too large|size|quota|full",
    re.I,
)
_REASON_MOST = 400


def lasting(one: RecipientDelivery) -> SuppressionKind | None:
    """Whether an address is not to be written to for a while, and why."""
    if one.state == "complained":
        return "complained"
    if one.state != "failed" or not _speaks_of_address(one.status, one.reason):
        return None
    return "bounced"


def _speaks_of_address(status: str, reason: str) -> bool:
    """By the enhanced code; where it says nothing ("5.0.0"), by the reply code and the words."""
    found = _ENHANCED.search(reason)
    code = status or (found[0] if found else "")
    if code and not code.startswith("5.0."):
        return not _NOT_THE_ADDRESS.match(code)
    reply = _SMTP.match(_ENHANCED.sub("", reason))
    if reply and reply[1] not in _ADDRESS_CODES:
        return False
    return bool(code or reply) and not _NOT_ITS_FAULT.search(reason)


def suppressions_of(
    message: Message, before: Delivery, after: Delivery, now: datetime, keep: timedelta
) -> list[Suppression]:
    """What a delivery's news put on the list: recipients of this mail only, never others whom a
    report names. ``keep`` of nothing turns it off.
    """
    if not keep or message.envelope is None:
        return []
    ours = set(everyone(message))
    return [
        Suppression(
            id=suppression_id(one.address),
            address=one.address,
            kind=kind,
            at=now,
            expires_at=now + keep,
            reason=one.reason[:_REASON_MOST],
            status=one.status,
            inbox_id=message.inbox_id,
            message_id=message.id,
        )
        for one in news(before, after)
        if one.address in ours and (kind := lasting(one)) is not None
    ]


def stops(one: Suppression, now: datetime, *, automatic: bool) -> bool:
    """Whether it still stands; who unsubscribed may still be answered by a person."""
    if one.expires_at is not None and one.expires_at <= now:
        return False
    return automatic or one.kind != "unsubscribed"


_WEIGHT: dict[SuppressionKind, int] = {"bounced": 0, "unsubscribed": 0, "complained": 1, "added": 2}


def outweighed(one: Suppression, standing: Suppression | None) -> bool:
    """Whether what stands already says more: a bounce ends, and an agent may lift it; a complaint,
    or an operator's word, must not become one because another mail comes back.
    """
    if standing is None or not stops(standing, one.at, automatic=True):
        return False
    return _WEIGHT[standing.kind] > _WEIGHT[one.kind]


_WHY: dict[SuppressionKind, str] = {
    "bounced": "mail to it was returned",
    "complained": "its owner called our mail spam",
    "unsubscribed": "its owner unsubscribed from automatic mail",
    "added": "it is on the suppression list",
}


def explained(one: Suppression) -> str:
    """Why nothing is sent to an address, for the agent who wants to write there."""
    until = f" until {one.expires_at:%Y-%m-%d}" if one.expires_at else ""
    said = f" ({one.reason})" if one.reason else ""
    return f"Nothing is sent to {one.address}{until}: {_WHY[one.kind]}{said}."


def to_others(message: OutboundMessage, stopped: Stopped) -> OutboundMessage | Rejected:
    """The message for those recipients whom nothing stops; Rejected when nobody is left."""
    if message.mail is None or not stopped:
        return message
    people = {canonical(one) for one in recipients_of(message.mail)} - set(message.mail.taken)
    if all(one in stopped for one in people):
        words = " ".join(explained(one) for one in stopped.values())
        return Rejected(reason=words, code="suppressed")
    taken = (*message.mail.taken, *stopped)
    return msgspec.structs.replace(message, mail=msgspec.structs.replace(message.mail, taken=taken))


def with_stopped(outcome: SendOutcome, stopped: Stopped) -> SendOutcome:
    """Who was left out is named as refused."""
    if not stopped or not isinstance(outcome, Accepted):
        return outcome
    left = tuple(Refusal(recipient=a, reason=explained(one)) for a, one in stopped.items())
    return msgspec.structs.replace(outcome, refused=(*outcome.refused, *left))


def among(addresses: Sequence[str], stopped: Stopped) -> Suppression | None:
    """The first of these that is stopped."""
    keys = (canonical(address) for address in addresses)
    return next((stopped[key] for key in keys if key in stopped), None)
