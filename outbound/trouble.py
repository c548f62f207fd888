"""Whether a ticket has a delivery that somebody must look at. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from normalizer.model import Delivery, Message
from outbound.progress import delivery_of
from outbound.recipients import failing

Trouble = Literal["", "failed", "uncertain"]


def trouble_of(
    uncertain: Sequence[Message], failed: Sequence[Message], last_out_at: datetime | None
) -> Trouble:
    """Uncertain ones until decided; failed ones until a reply is written after the failure."""
    if uncertain:
        return "uncertain"
    return "failed" if any(_unanswered(one, last_out_at) for one in failed) else ""


def _unanswered(failed: Message, last_out_at: datetime | None) -> bool:
    return last_out_at is None or delivery_of(failed).changed_at >= last_out_at


def after_reply(current: Trouble) -> Trouble:
    """A new reply answers for the failed ones before it, not for the uncertain ones."""
    return "" if current == "failed" else current


def trouble_in(delivery: Delivery) -> Trouble:
    """What one delivery asks somebody for; a part that did not arrive counts as failed."""
    if delivery.state == "uncertain":
        return "uncertain"
    lost = delivery.state == "failed" or delivery.failed_pieces or failing(delivery)
    return "failed" if lost else ""
