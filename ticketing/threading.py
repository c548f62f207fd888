"""Which ticket an inbound message belongs to: the rules in order, pure, each saying why.

The evidence was read beforehand, so that the same decision can be printed by ``explain``.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from normalizer.model import ConversationId, TicketId
from ticketing.model import Conversation, Inbox, Ticket

Rule = Literal["bounce", "token", "reference", "subject", "thread", "continuity", "new"]


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket that a message could join; ``conversation`` where the evidence names one."""

    ticket: Ticket
    conversation: Conversation | None
    participants: frozenset[str]
    what: str


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of a message's past, merged tickets already followed.

    ``references`` are newest first. ``early`` are answers to the very mail, which overtook it.
    ``elsewhere`` are the same person's open tickets of other conversations, latest activity first.
    ``mail`` asks for a plausible sender in rule 4 too: the thread key of a mail is a Message-ID
    that anybody who saw it can name. ``doubted``: it is not by who it says, or that could not be
    found out; then a name and a number is not enough. ``answered_elsewhere``: it asks for its
    answers at another address (Reply-To); in the same person's ticket they would go to somebody
    who is no part of it.
    """

    mail: bool
    sender_keys: frozenset[str]
    said: datetime
    bounced: Place | None = None
    token: Place | None = None
    references: Sequence[Place] = ()
    hook: Place | None = None
    thread: Place | None = None
    early: Place | None = None
    elsewhere: Sequence[Ticket] = ()
    doubted: bool = False
    answered_elsewhere: bool = False


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """Where it goes and why; ids are None for a new ticket or a new conversation."""

    rule: Rule
    why: str
    ticket_id: TicketId | None = None
    conversation_id: ConversationId | None = None
    suggested_ticket_id: TicketId | None = None
    warnings: tuple[str, ...] = ()


def decide(evidence: Evidence, inbox: Inbox) -> Decision:
    """The first rule that fits; the last one always does."""
    passed: list[str] = []
    for rule in RULES:
        decision = rule(evidence, inbox, passed)
        if decision is not None:
            return decision
    return _new(evidence, inbox, passed)


def _join(rule: Rule, place: Place, why: str, warnings: tuple[str, ...] = ()) -> Decision:
    return Decision(
        rule=rule,
        why=why,
        ticket_id=place.ticket.id,
        conversation_id=place.conversation.id if place.conversation else None,
        warnings=warnings,
    )


def _plausible(evidence: Evidence, place: Place) -> bool:
    return not evidence.sender_keys.isdisjoint(place.participants)


def _by_bounce(evidence: Evidence, _inbox: Inbox, _passed: list[str]) -> Decision | None:
    place = evidence.bounced
    return _join("bounce", place, f"reports on {place.what}") if place else None


def _by_token(evidence: Evidence, _inbox: Inbox, _passed: list[str]) -> Decision | None:
    place = evidence.token
    if place is None:
        return None
    warnings = () if _plausible(evidence, place) else ("sender-new-to-ticket",)
    return _join("token", place, f"carries our signed token in its {place.what}", warnings)


def _by_reference(evidence: Evidence, _inbox: Inbox, passed: list[str]) -> Decision | None:
    for place in evidence.references:
        if _plausible(evidence, place):
            return _join("reference", place, f"refers to {place.what} of this inbox")
        passed.append(f"refers to {place.what}, but the sender took no part in it")
    return None


def _by_subject(evidence: Evidence, _inbox: Inbox, passed: list[str]) -> Decision | None:
    place = evidence.hook
    if place is None:
        return None
    if evidence.doubted:
        passed.append(f"names {place.what}, but may well not be by who it says")
        return None
    if _plausible(evidence, place):
        return _join("subject", place, f"names {place.what} in its subject, from a participant")
    passed.append(f"names {place.what}, but the sender took no part in it")
    return None


def _by_thread(evidence: Evidence, _inbox: Inbox, passed: list[str]) -> Decision | None:
    place = evidence.thread
    if place is None:
        return None
    if evidence.mail and not _plausible(evidence, place):
        passed.append("shares a thread key, but the sender took no part in it")
        return None
    return _join("thread", place, "the open conversation has this thread key")


def _by_answers(evidence: Evidence, _inbox: Inbox, _passed: list[str]) -> Decision | None:
    place = evidence.early
    return _join("thread", place, f"there are {place.what}") if place else None


def _by_continuity(evidence: Evidence, inbox: Inbox, passed: list[str]) -> Decision | None:
    if inbox.continuity != "join" or not evidence.elsewhere or evidence.doubted:
        return None
    ticket = evidence.elsewhere[0]
    if evidence.answered_elsewhere:
        passed.append(f"the same person has #{ticket.number}, but answers are to go elsewhere")
        return None
    if evidence.said - ticket.activity_at > timedelta(hours=inbox.join_within_h):
        passed.append(f"the same person's #{ticket.number} is older than {inbox.join_within_h} h")
        return None
    place = Place(ticket=ticket, conversation=None, participants=frozenset(), what="")
    return _join(
        "continuity", place, f"the same person wrote in #{ticket.number} on another channel"
    )


def _new(evidence: Evidence, inbox: Inbox, passed: list[str]) -> Decision:
    suggested = inbox.continuity != "off" and evidence.elsewhere and not evidence.doubted
    return Decision(
        rule="new",
        why="; ".join(["nothing known fits", *passed]),
        suggested_ticket_id=evidence.elsewhere[0].id if suggested else None,
    )


RULES: tuple[Callable[[Evidence, Inbox, list[str]], Decision | None], ...] = (
    _by_bounce,
    _by_token,
    _by_reference,
    _by_subject,
    _by_thread,
    _by_answers,
    _by_continuity,
)
