"""What became of a send, in one way for all channels that speak HTTP.

A status that a proxy may give after the provider acted (500, 502, 504) is "unknown"; where the
provider drops repeated ids, the delivery job may repeat those as well.
"""

from collections.abc import Awaitable, Callable
from email.utils import parsedate_to_datetime

import msgspec

from connectors.contract import (
    OutcomeUnknown,
    ReauthNeeded,
    Rejected,
    RetryLater,
    SendOutcome,
    WindowClosed,
)
from connectors.http import AddressRefused, HttpReply, LineBroken, NotSent
from storage.ids import utc_now

Unsent = RetryLater | Rejected | WindowClosed | ReauthNeeded | OutcomeUnknown
BROKEN_FROM = 500
LATER = {408, 423, 425, 429, 503}
REAUTH = {401, 403}
LONGEST_WAIT_S = 3600.0


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """A provider's answer that is not a success, in the provider's words."""

    status: int
    reason: str
    code: str = ""
    after_s: float | None = None


async def attempt(send: Callable[[], Awaitable[SendOutcome]]) -> SendOutcome:
    """``send``, with what the line did turned into an outcome."""
    try:
        return await send()
    except AddressRefused as error:
        return Rejected(reason=str(error), code="address_refused")
    except NotSent as error:
        return RetryLater(reason=str(error))
    except (LineBroken, TimeoutError) as error:
        return OutcomeUnknown(reason=str(error) or "timed out")


def of_refusal(refusal: Refusal) -> Unsent:
    """The outcome of a status that is not a success, when the provider's code says no more."""
    status, reason = refusal.status, f"{refusal.status}: {refusal.reason}"[:500]
    if status in LATER:
        return RetryLater(reason=reason, after_s=refusal.after_s)
    if status in REAUTH:
        return ReauthNeeded(reason=reason)
    if status >= BROKEN_FROM:
        return OutcomeUnknown(reason=reason)
    return Rejected(reason=reason, code=refusal.code or str(status))


def of_reply(reply: HttpReply, words: str = "") -> Unsent:
    """The outcome of a plain HTTP answer that is not 2xx; ``words`` is what it says, if known."""
    words = words or reply.body[:300].decode("utf-8", "replace").strip()
    return of_refusal(
        Refusal(status=reply.status, reason=words or "no words", after_s=retry_after(reply))
    )


def retry_after(reply: HttpReply) -> float | None:
    """``Retry-After`` in seconds (RFC 9110 section 10.2.3: seconds or a date), at most an hour."""
    value = reply.headers.get("retry-after", "").strip()
    if value.isdecimal():
        return min(float(value), LONGEST_WAIT_S)
    try:
        wait = (parsedate_to_datetime(value) - utc_now()).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(wait, 0.0), LONGEST_WAIT_S)
