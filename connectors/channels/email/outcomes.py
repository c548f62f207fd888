"""What an error of the submission server means for the message: a table, no guesses."""

import re
from enum import IntEnum

from aiosmtplib import SMTPAuthenticationError, SMTPResponseException

from connectors.channels.email.errors import CredentialsRefused
from connectors.contract import (
    OutcomeUnknown,
    ReauthNeeded,
    Refusal,
    Rejected,
    RetryLater,
    SendOutcome,
)

_WORDS_MOST = 400
_WAIT = re.compile(r"(\d{1,5})\s*(seconds?|secs?|s|minutes?|mins?|hours?)\b", re.IGNORECASE)
_ENHANCED = re.compile(r"[45]\.\d{1,3}\.\d{1,3}\b")  # RFC 2034: it stands first
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}
_AUTH_CODES = {530, 534, 535, 538}  # RFC 4954 section 6
_TEMPORARY = 400
_PERMANENT = 500


class Stage(IntEnum):
    """How far a transmission had come. Only from ENDED on may the server have taken the mail."""

    CONNECTING = 1
    ENVELOPE = 2
    DATA = 3
    ENDED = 4


def outcome_of(error: Exception, stage: Stage) -> SendOutcome:
    """The outcome of a transmission that ended with ``error`` in ``stage``."""
    if isinstance(error, CredentialsRefused):
        return ReauthNeeded(reason=str(error))
    if isinstance(error, SMTPResponseException):
        login = isinstance(error, SMTPAuthenticationError)
        return refused(error.code, error.message, stage, login=login)
    reason = str(error) or type(error).__name__
    if stage is Stage.ENDED:
        return OutcomeUnknown(reason=f"the line broke after the whole mail was sent: {reason}")
    return RetryLater(reason=reason)


def refused(code: int, text: str, stage: Stage, *, login: bool = False) -> SendOutcome:
    """A reply code with the server's words.

    A greeting of 5xx speaks of the connection, not of the mail: it may come later. What is no
    refusal at all, once the mail was sent, says nothing.
    """
    words = f"{code} {' '.join(text.split())}"[:_WORDS_MOST]
    if code < _TEMPORARY and stage is Stage.ENDED:
        return OutcomeUnknown(reason=f"the server's answer cannot be understood: {words}")
    if code >= _PERMANENT and (login or code in _AUTH_CODES):
        return ReauthNeeded(reason=words)
    if code >= _PERMANENT and stage > Stage.CONNECTING:
        return Rejected(reason=words, code=str(code))
    return RetryLater(reason=words, after_s=_wait(text))


def refusal(recipient: str, code: int, text: str) -> Refusal:
    """One RCPT that was not taken."""
    words = f"{code} {' '.join(text.split())}"[:_WORDS_MOST]
    found = _ENHANCED.match(text)
    return Refusal(recipient=recipient, reason=words, status=found[0] if found else "")


def _wait(text: str) -> float | None:
    """Greylisting often says how long: "try again in 300 seconds"."""
    found = _WAIT.search(text)
    return float(found[1]) * _UNITS[found[2][0].lower()] if found else None
