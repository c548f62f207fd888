"""What a choice of a merge may not do, since no change of the ticket might: pure."""

from datetime import datetime

from msgspec.structs import replace

from ticketing.catalogue.filling import check_required
from ticketing.catalogue.model import Catalogue
from ticketing.catalogue.moving import state_of, to_state
from ticketing.merging.fields import winner
from ticketing.merging.model import Choices
from ticketing.model import Ticket


def check_move(
    source: Ticket,
    target: Ticket,
    result: Ticket,
    choices: Choices,
    *,
    catalogue: Catalogue,
    now: datetime,
) -> None:
    """Raises Refused or Invalid where the target would come to its state by a way that its type
    does not have, or without what that way or its form asks for.
    """
    chosen = "source" in {choices.get("status"), choices.get("type_id")}
    if not chosen or winner("status", source, target, {}) == "source":
        return
    state = target.state if target.type_id == result.type_id else ""
    stood = replace(result, status=target.status, open=target.open, state=state)
    reached = state_of(result, catalogue)
    if reached != state_of(stood, catalogue):
        to_state(stood, reached.id, catalogue, now)
        check_required(stood, result, catalogue)
