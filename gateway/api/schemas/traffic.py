"""What goes in and out of an inbox."""

from gateway.api.answer import Answer
from gateway.api.fields import Time


class InboxSilence(Answer, frozen=True, kw_only=True):
    """Whole hours without a message; ``usual_hours`` is the longest run in two weeks before."""

    since: Time
    hours: int
    usual_hours: int


class InboxTraffic(Answer, frozen=True, kw_only=True):
    """``received``, ``sent`` and ``failed`` in seven days; half a minute behind. The token is the
    access token that is renewed by itself: a past ``token_expires_at`` says that it was not.
    """

    last_in_at: Time | None
    last_out_at: Time | None
    received: int
    sent: int
    failed: int
    failed_share: float
    token_expires_at: Time | None
    silence: InboxSilence | None
