"""What becomes of a message after an attempt: outcome -> settlement. Pure."""

from datetime import timedelta

import msgspec

from connectors.contract import (
    Accepted,
    OutcomeUnknown,
    ReauthNeeded,
    Refusal,
    Rejected,
    RetryLater,
    SendOutcome,
    WindowClosed,
)
from normalizer.model import DeliveryState

MAX_ATTEMPTS = 12
MAX_ACT_ATTEMPTS = 4
MAX_AGE = timedelta(hours=24)
PATIENT_AGE = timedelta(days=2)  # greylisting, full disks, servers away over a weekend night
FIRST_PAUSE_S = 5.0
LONGEST_PAUSE_S = 900.0
LONGEST_WISH_S = 3600.0
REAUTH_PAUSE_S = 300.0
UNCERTAIN_HOLD_S = 120.0


class Try(msgspec.Struct, frozen=True, kw_only=True):
    """The attempt that just ended: its number (from 1), the age of the round, and chance. ``most``
    attempts are made; an act's are few, for replies wait behind it.

    ``patient``: a mail, which nobody expects within minutes (RFC 5321 section 4.5.4.1 would have
    days of tries); elsewhere a reply that is hours late is worse than one that failed.
    """

    number: int
    age: timedelta
    idempotent: bool
    chance: float
    patient: bool = False
    most: int = MAX_ATTEMPTS

    @property
    def last(self) -> bool:
        """Whether nothing is tried after it."""
        if self.patient:
            return self.age >= PATIENT_AGE
        return self.number >= self.most or self.age >= MAX_AGE


class Settlement(msgspec.Struct, frozen=True, kw_only=True):
    """The next state. ``pause_s`` is when something is to be done again; None: never."""

    state: DeliveryState
    reason: str = ""
    pause_s: float | None = None
    native_ids: tuple[str, ...] = ()
    failed_pieces: tuple[str, ...] = ()
    refused: tuple[Refusal, ...] = ()
    later: tuple[Refusal, ...] = ()


def settle(outcome: SendOutcome, attempt: Try) -> Settlement:
    """The settlement of one attempt; only what was surely not sent, or may be repeated, is."""
    match outcome:
        case Accepted():
            return _accepted(outcome, attempt)
        case RetryLater(reason=reason, after_s=after_s):
            return _again(reason, attempt, after_s)
        case ReauthNeeded(reason=reason):
            return _again(f"reauth: {reason}", attempt, REAUTH_PAUSE_S)
        case Rejected(reason=reason, code=code, refused=refused):
            words = reason if reason.startswith(code) else f"{code} {reason}"
            return Settlement(state="failed", reason=words, refused=refused)
        case WindowClosed(reason=reason):
            return Settlement(state="failed", reason=f"window_closed: {reason}")
        case OutcomeUnknown(reason=reason):
            return _unknown(reason, attempt)


def _accepted(outcome: Accepted, attempt: Try) -> Settlement:
    """Some of several recipients may have to wait; after too many tries they have failed."""
    if outcome.later:
        words = "; ".join(f"{one.recipient}: {one.reason}" for one in outcome.later)
        again = _again(words, attempt, None)
        tired = again.state == "failed"
        return Settlement(
            state="sent" if tired else "queued",
            reason="" if tired else again.reason,
            pause_s=again.pause_s,
            native_ids=outcome.native_ids,
            refused=(*outcome.refused, *(outcome.later if tired else ())),
            later=() if tired else outcome.later,
        )
    failed = outcome.failed
    pieces = len(outcome.native_ids) + len(failed)
    return Settlement(
        state="sent",
        reason=f"{len(failed)} of {pieces} parts were not taken" if failed else "",
        native_ids=outcome.native_ids,
        failed_pieces=failed,
        refused=outcome.refused,
    )


def _unknown(reason: str, attempt: Try) -> Settlement:
    if attempt.idempotent:
        return _again(reason, attempt, None)
    return Settlement(state="uncertain", reason=reason, pause_s=UNCERTAIN_HOLD_S)


def _again(reason: str, attempt: Try, wish_s: float | None) -> Settlement:
    if attempt.last:
        return Settlement(state="failed", reason=f"gave up after {attempt.number} tries: {reason}")
    return Settlement(state="queued", reason=reason, pause_s=pause(attempt, wish_s))


def pause(attempt: Try, wish_s: float | None) -> float:
    """Seconds until the next try: the provider's wish and a tenth, else full jitter.

    Who wishes for a second each time is asked more rarely after a dozen tries.
    """
    doublings = min(attempt.number - 1, 30)
    ceiling = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0**doublings)
    if wish_s is not None:
        least = ceiling / 2 if attempt.number > MAX_ATTEMPTS else 0.0
        return max(least, min(wish_s, LONGEST_WISH_S) * (1 + attempt.chance / 10))
    return max(0.5, ceiling * attempt.chance)
