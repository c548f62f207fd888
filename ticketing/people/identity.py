"""Who somebody is: contact points and what may be believed of them; pure."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from msgspec.structs import replace

from connectors.events import SenderId
from normalizer.model import ContactId
from ticketing.model import Contact, ContactPoint, no_points
from ticketing.tokens import tokens

CLAIMED_FAMILIES = frozenset({"webchat"})  # a visitor types any address: it proves nothing
MAX_POINTS = 64


def proven(senders: Sequence[SenderId]) -> tuple[SenderId, ...]:
    """The identities that the channel vouches for; a chat visitor's claims are left out."""
    if senders and senders[0].family in CLAIMED_FAMILIES:
        return tuple(senders[:1])
    return tuple(senders)


def keys_of(senders: Iterable[SenderId]) -> tuple[str, ...]:
    """Canonical forms, in order."""
    return tuple(sender.canonical for sender in senders)


def display_name(name: str, senders: Sequence[SenderId]) -> str:
    """What to call somebody: their name, else the address they wrote from."""
    return name.strip() or (senders[0].value if senders else "")


def new_contact(
    id: ContactId, senders: Sequence[SenderId], name: str, language: str, now: datetime
) -> Contact:
    """A person never heard of before."""
    points = tuple(point_of(sender) for sender in senders[:MAX_POINTS])
    return with_points(
        Contact(
            id=id,
            version=1,
            name=display_name(name, senders),
            points=points,
            point_keys=(),
            language=language,
            created_at=now,
            updated_at=now,
        ),
        points,
    )


def with_points(contact: Contact, points: Iterable[ContactPoint]) -> Contact:
    """The contact with these points alone, findable by them and by its name."""
    kept = tuple(points)
    return replace(
        contact,
        points=kept,
        point_keys=tuple(point.key for point in kept) or (no_points(contact.id),),
        tokens=_tokens(contact.name, kept),
    )


def known_better(
    contact: Contact,
    senders: Sequence[SenderId],
    name: str,
    now: datetime,
    is_taken: Callable[[str], bool],
) -> Contact:
    """The same person with points that nobody else has, and a name where only an address stood.

    Returns ``contact`` itself when there is nothing to learn.
    """
    room = MAX_POINTS - len(contact.points)
    fresh = [
        point_of(sender)
        for sender in senders
        if sender.canonical not in contact.point_keys and not is_taken(sender.canonical)
    ][: max(0, room)]
    nameless = contact.name in {"", *(point.value for point in contact.points)}
    better = name.strip() if nameless and name.strip() else contact.name
    if not fresh and better == contact.name:
        return contact
    learnt = replace(contact, name=better, updated_at=now)
    return with_points(learnt, (*contact.points, *fresh))


def point_of(sender: SenderId) -> ContactPoint:
    """An address as its channel tells it."""
    return ContactPoint(
        key=sender.canonical,
        family=sender.family,
        value=sender.value,
        verified=sender.family not in CLAIMED_FAMILIES,
    )


def brings(contact: Contact, key: str) -> bool:
    """Whether what comes from this address is the contact's: it is known to be theirs. A visitor
    of the chat page carries our own signed token.
    """
    return any(
        point.key == key and (point.verified or point.family in CLAIMED_FAMILIES)
        for point in contact.points
    )


def _tokens(name: str, points: Iterable[ContactPoint]) -> tuple[str, ...]:
    return tokens(name, *(point.value for point in points))[:MAX_POINTS]
