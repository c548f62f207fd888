"""Where an agent's reply takes its ticket; pure."""

from datetime import datetime
from typing import Literal

from ticketing.catalogue.filling import check_required
from ticketing.catalogue.model import Catalogue
from ticketing.catalogue.moving import automatic, entered, first_of, to_status
from ticketing.lifecycle import on_reply
from ticketing.model import Ticket


def after_reply_of(
    ticket: Ticket, then: Literal["solved", "waiting"] | None, catalogue: Catalogue, now: datetime
) -> Ticket:
    """What the agent asked for, as if they had chosen it; else by the type's rule; else open when
    it was new. Raises Refused and Invalid as their choice would.
    """
    if then is not None:
        chosen = to_status(ticket, then, catalogue, now)
        check_required(ticket, chosen, catalogue)
        return chosen
    state = automatic(ticket, "reply", catalogue)
    if state is not None:
        return entered(ticket, state, now)
    status = on_reply(ticket, None)
    if status == ticket.status:
        return ticket
    return entered(ticket, first_of(catalogue.type_of(ticket.type_id), status), now)
