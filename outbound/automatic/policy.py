"""Whether an automatic mail may go out: never to a machine, never to ourselves, never too many.

Two robots that answer each other end here, whatever headers they lack. Pure.
"""

import re
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from outbound.model import Heard

# To one recipient of one ticket, and of all tickets together, within.
CAPS = ((timedelta(minutes=10), 10), (timedelta(hours=1), 30), (timedelta(days=1), 600))
REMEMBERED = CAPS[-1][0]
# From one conversation, within: nobody writes so fast by hand.
INBOUND_WITHIN, INBOUND_MOST = timedelta(minutes=10), 10
_ROBOT = re.compile(
    r"^(?:mailer-daemon|postmaster|(?:do[-_.]?)?no[-_.]?t?[-_.]?reply|bounces?)(?:[+=@]|$)", re.I
)
Cause = Literal["machine", "ours", "flood", "cap"]


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """Why an automatic mail stays here."""

    cause: Cause
    words: str


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """All that counts: ``said`` is the conversation newest first, ``sent`` when automatic mails of
    this ticket went to this recipient, ``own`` our addresses in lower case.
    """

    recipient: str
    said: Sequence[Heard]
    sent: Sequence[datetime]
    own: Collection[str]
    now: datetime


def held(question: Question) -> Held | None:
    """The first reason to keep silent, if there is one."""
    return _machine(question) or _ours(question) or _flood(question) or _cap(question)


def _machine(question: Question) -> Held | None:
    """RFC 3834 section 2: no automatic answer to automatic mail."""
    if _ROBOT.match(question.recipient):
        return Held(cause="machine", words=f"{question.recipient} is a machine's address")
    last = next((one for one in question.said if one.direction == "in"), None)
    mail = last.mail if last else None
    sign = (mail.auto_reply or ("bounce" if mail.bounce_of else "")) if mail else ""
    return Held(cause="machine", words=f"a machine wrote last ({sign})") if sign else None


def _ours(question: Question) -> Held | None:
    local, _, domain = question.recipient.lower().rpartition("@")
    if f"{local.partition('+')[0]}@{domain}" not in question.own:
        return None
    return Held(cause="ours", words=f"{question.recipient} is an address of ours")


def _flood(question: Question) -> Held | None:
    since = question.now - INBOUND_WITHIN
    came = sum(one.direction == "in" and one.received_at >= since for one in question.said)
    if came < INBOUND_MOST:
        return None
    return Held(cause="flood", words=f"{came} messages came within {INBOUND_WITHIN}")


def _cap(question: Question) -> Held | None:
    for within, most in CAPS:
        went = sum(moment > question.now - within for moment in question.sent)
        if went >= most:
            return Held(cause="cap", words=f"{went} automatic mails went there within {within}")
    return None


def remembered(sent: Sequence[datetime], now: datetime) -> tuple[datetime, ...]:
    """The moments that still count, with this one."""
    most = CAPS[-1][1]
    return (*(one for one in sent if one > now - REMEMBERED), now)[-most:]
