"""What somebody agreed to, in one cell: ``marketing=granted 2026-05-01T09:30:00Z sign-up form;
recording=withdrawn 2026-06-01``. Pure.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from storage.ids import truncate
from ticketing.errors import Invalid, Refused
from ticketing.model import Consent, Contact
from ticketing.people.amendments import consented

MAX_HOW = 300
YEARS = range(1971, 9001)
SHAPE = "purpose=granted or =withdrawn, its date, and how: marketing=granted 2026-05-01 by form"
_BETWEEN = re.compile(r";\s*(?=[^;=\s]+=(?:granted|withdrawn)\s)")
_ONE = re.compile(r"([^=\s]+)=(granted|withdrawn)\s+(\S+)(?:\s+(.*))?", re.DOTALL)


def written(consents: Iterable[Consent]) -> str:
    """As ``read_consents`` takes it again."""
    return "; ".join(map(_written, consents))


def read_consents(text: str) -> tuple[Consent, ...]:
    """Raises Invalid."""
    parts = (part.strip() for part in _BETWEEN.split(text))
    return tuple(_read(part) for part in parts if part)


def check_moments(consents: Iterable[Consent], now: datetime) -> None:
    """Raises Invalid for what is still to come: it would outweigh every later word."""
    if any(one.at > now for one in consents):
        raise Invalid("consents", "a date that lies ahead")


def with_consents(contact: Contact, consents: Iterable[Consent]) -> Contact:
    """Of each purpose the latest word: a list that was written before a withdrawal undoes none."""
    for one in consents:
        known = {held.purpose: held for held in contact.consents}.get(one.purpose)
        if known is None or one.at > known.at:
            contact = _noted(contact, one)
    return contact


def _noted(contact: Contact, one: Consent) -> Contact:
    try:
        return consented(contact, one)
    except Invalid as error:
        raise Invalid("consents", error.reason) from error
    except Refused as error:
        raise Invalid("consents", str(error)) from error


def _written(one: Consent) -> str:
    word = "granted" if one.granted else "withdrawn"
    at = one.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return f"{one.purpose}={word} {at} {' '.join(one.how.split())}".rstrip()


def _read(part: str) -> Consent:
    found = _ONE.fullmatch(part)
    if found is None:
        raise Invalid("consents", SHAPE)
    purpose, word, moment, how = found.groups("")
    return Consent(
        purpose=purpose, granted=word == "granted", at=_moment(moment), how=how.strip()[:MAX_HOW]
    )


def _moment(text: str) -> datetime:
    """ISO 8601; UTC where no zone is given."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.year not in YEARS:
        raise Invalid("consents", f"{text[:40]!r} is no date; {SHAPE}")
    return truncate(at if at.tzinfo else at.replace(tzinfo=UTC))
