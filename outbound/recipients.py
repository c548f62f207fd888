"""What is known of each recipient of one mail, and what that makes of its delivery. Pure.

A report names one recipient (a bounce, a refusal at RCPT), or speaks of the whole. The delivery
has failed when every recipient's has; with one of several it is sent, and the one is named.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from connectors.contract import MailEnvelope, Refusal
from connectors.kit.mail.addresses import AddressUnusable, wire_address
from normalizer.model import Delivery, Message, RecipientDelivery, RecipientState
from outbound.model import Receipt
from outbound.settlement import Settlement
from ticketing.delivery import UNNAMED, advance

# What comes later in this order outranks: proof of arrival a failure, a complaint both.
_RANK: Mapping[RecipientState, int] = {"delayed": 0, "failed": 1, "delivered": 2, "complained": 3}
_KNOWN: Mapping[str, RecipientState] = {
    "delayed": "delayed",
    "failed": "failed",
    "delivered": "delivered",
    "read": "delivered",
    "complained": "complained",
}
MAX_RECIPIENTS = 200  # of a mail there are fewer; reports may invent others


def everyone(message: Message) -> tuple[str, ...]:
    """Whom the message goes to; addresses of mail in lower case."""
    envelope = message.envelope
    if envelope is None:
        return (message.recipient.value,) if message.recipient else ()
    return recipients_of(envelope)


def recipients_of(envelope: MailEnvelope) -> tuple[str, ...]:
    """All of an envelope, distinct, in lower case."""
    named = (*envelope.to, *envelope.cc, *envelope.bcc)
    return tuple(dict.fromkeys(address.lower() for address in named))


def canonical(address: str) -> str:
    """One spelling for one mailbox: lower case, the domain as A-labels."""
    bare = address.strip().lower()
    try:
        return wire_address(bare)
    except AddressUnusable:
        return bare


def told(before: Delivery, people: Sequence[str], receipt: Receipt, now: datetime) -> Delivery:
    """The delivery after a report; ``before`` itself when it is old news."""
    state = _KNOWN.get(receipt.state)
    if state is None:
        return advanced(before, receipt, now)
    known = before.recipients
    for address in _meant(people, receipt.recipient):
        known = with_one(
            known,
            RecipientDelivery(
                address=address,
                state=state,
                at=now,
                reason=receipt.reason,
                status=receipt.status,
            ),
        )
    after = (
        before if known == before.recipients else msgspec.structs.replace(before, recipients=known)
    )
    whole = _whole(after, people, receipt)
    return after if whole is None else _tidy(advanced(after, whole, now), people)


def _meant(people: Sequence[str], named: str) -> Sequence[str]:
    """Whom a report speaks of: a lone recipient under whatever address (it may be forwarded)."""
    if not named or len(people) == 1:
        return people
    if named == UNNAMED:
        return ("",)
    wanted = canonical(named)
    return (next((one for one in people if canonical(one) == wanted), wanted),)


def with_one(
    known: tuple[RecipientDelivery, ...], news: RecipientDelivery
) -> tuple[RecipientDelivery, ...]:
    """What is known with one recipient's news, unless they are old or the same."""
    for at, one in enumerate(known):
        if one.address == news.address:
            stale = _RANK[news.state] < _RANK[one.state]
            same = (news.state, news.reason) == (one.state, one.reason)
            return known if stale or same else (*known[:at], news, *known[at + 1 :])
    return (*known, news) if len(known) < MAX_RECIPIENTS else known


def with_refusals(
    delivery: Delivery, people: Sequence[str], settlement: Settlement, now: datetime
) -> Delivery:
    """A settled delivery with what became of single recipients.

    Who was not taken this time is delayed while the others have it (``taken``). When nothing more
    is tried for them, they have failed, and the mail is sent: to the others.
    """
    refused, later = settlement.refused, settlement.later
    state = delivery.state
    if state == "failed" and delivery.taken:
        has_it = {*delivery.taken, *(one.recipient.lower() for one in refused)}
        left = (one for one in people if one not in has_it)
        rest = (Refusal(recipient=one, reason=settlement.reason) for one in left)
        state, refused = "sent", (*refused, *rest)
    known = delivery.recipients
    if state == "sent" or refused or later:
        known = tuple(one for one in known if one.state != "delayed")
    for how, ones in _how(refused, later):
        for one in ones:
            known = with_one(known, _of(one, how, now))
    missing = {one.recipient.lower() for one in (*refused, *later)}
    taken = delivery.taken if state in {"queued", "uncertain"} else ()
    if later:
        taken = (*taken, *(one for one in people if one not in {*missing, *taken}))
    return msgspec.structs.replace(delivery, state=state, recipients=known, taken=taken)


def _how(
    refused: Iterable[Refusal], later: Iterable[Refusal]
) -> tuple[tuple[RecipientState, Iterable[Refusal]], ...]:
    return ("failed", refused), ("delayed", later)


def _of(refusal: Refusal, state: RecipientState, now: datetime) -> RecipientDelivery:
    return RecipientDelivery(
        address=refusal.recipient.lower(),
        state=state,
        at=now,
        reason=refusal.reason,
        status=refusal.status,
    )


def _whole(after: Delivery, people: Sequence[str], receipt: Receipt) -> Receipt | None:
    """What the report says of the message: "read" by one of several is its delivery to that one."""
    if receipt.state == "read" and len(people) == 1:
        return receipt
    states = [one.state for address in people for one in after.recipients if one.address == address]
    if len(states) < len(people) or "delayed" in states:
        return None
    if not states:
        return receipt
    if set(states) == {"failed"}:
        return msgspec.structs.replace(receipt, state="failed")
    return msgspec.structs.replace(receipt, state="delivered", reason="")


def advanced(before: Delivery, receipt: Receipt, now: datetime) -> Delivery:
    """The state of the whole moves forward, or stays."""
    if receipt.state == "delayed" or receipt.state == "complained":  # noqa: PLR1714  for mypy
        return before
    state = advance(before.state, receipt.state)
    if state == before.state:
        return before
    return msgspec.structs.replace(
        before, state=state, changed_at=now, lease_until=None, due_at=None, reason=receipt.reason
    )


def _tidy(delivery: Delivery, people: Sequence[str]) -> Delivery:
    """A lone recipient who has it needs no line of their own."""
    if len(people) > 1:
        return delivery
    kept = tuple(one for one in delivery.recipients if one.state != "delivered")
    return (
        delivery
        if kept == delivery.recipients
        else msgspec.structs.replace(delivery, recipients=kept)
    )


def failing(delivery: Delivery) -> bool:
    """Whether somebody does not get it, or does not want it."""
    return any(one.state in {"failed", "complained"} for one in delivery.recipients)


def news(before: Delivery, after: Delivery) -> tuple[RecipientDelivery, ...]:
    """Recipients of whom the state is new."""
    known = {(one.address, one.state) for one in before.recipients}
    return tuple(one for one in after.recipients if (one.address, one.state) not in known)
