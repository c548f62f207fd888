"""Which links may be: no circles, no towers, no parent solved before its children. Pure."""

from collections.abc import Sequence

from ticketing.errors import Refused
from ticketing.links.model import MAX_DEPTH
from ticketing.model import Ticket

NAMED = 5  # open children that a refusal names


def check_family(child: Ticket, line: Sequence[Ticket], below: int) -> None:
    """Raises Refused where ``line`` (the parent to be, its parent and so on) would become a circle
    or too long; ``below`` is how many generations the child has under it.
    """
    if child.parent_id is not None and child.parent_id != line[0].id:
        raise Refused(f"#{child.number} has a parent already: unlink that first")
    ids = [one.id for one in line]
    if child.id in ids:
        chain = [child, *line[: ids.index(child.id) + 1]]
        raise Refused("they would be each other's parents: " + " → ".join(map(_named, chain)))
    if len(line) + 1 + below > MAX_DEPTH:
        raise Refused(
            f"at most {MAX_DEPTH} generations: " + " → ".join(map(_named, (child, *line)))
        )


def check_solving(parent: Ticket, children: Sequence[Ticket]) -> None:
    """Raises Refused while a child is open; names the first of them."""
    waiting = [one for one in children if one.open]
    if waiting:
        names = ", ".join(map(_named, waiting[:NAMED]))
        more = f" and {len(waiting) - NAMED} more" if len(waiting) > NAMED else ""
        raise Refused(
            f"#{parent.number} waits for its children {names}{more}: solve them, or send force"
        )


def _named(ticket: Ticket) -> str:
    return f"#{ticket.number}"
