"""Which links may be: no circles, no towers, no parent solved before its children. Pure."""

from collections.abc import Sequence

from ticketing.errors import Refused
from ticketing.links.model import MAX_DEPTH
from ticketing.model import Ticket
from ticketing.permissions import Viewer, sees
from ticketing.redaction import readable

NAMED = 5  # open children that a refusal names


def check_family(viewer: Viewer, child: Ticket, line: Sequence[Ticket], below: int) -> None:
    """Raises Refused where ``line`` (the parent to be, its parent and so on) would become a circle
    or too long; ``below`` is how many generations the child has under it. Only
    tickets are named that the viewer sees.
    """
    if child.parent_id is not None and child.parent_id != line[0].id:
        raise Refused(f"#{child.number} has a parent already: unlink that first")
    ids = [one.id for one in line]
    if child.id in ids:
        chain = [child, *line[: ids.index(child.id) + 1]]
        raise Refused("they would be each other's parents: " + _chain(viewer, chain))
    if len(line) + 1 + below > MAX_DEPTH:
        raise Refused(f"at most {MAX_DEPTH} generations: " + _chain(viewer, (child, *line)))


def check_solving(viewer: Viewer | None, parent: Ticket, children: Sequence[Ticket]) -> None:
    """Raises Refused while a child is open; names the first that the viewer (if any) sees."""
    waiting = [one for one in children if one.open]
    if waiting:
        seen = [_named(one) for one in waiting if _may_name(viewer, one)][:NAMED]
        names = f" {', '.join(seen)}" if seen else ""
        more = f" and {len(waiting) - len(seen)} more" if 0 < len(seen) < len(waiting) else ""
        raise Refused(
            f"#{parent.number} waits for its children{names}{more}: solve them, or send force"
        )


def _chain(viewer: Viewer, tickets: Sequence[Ticket]) -> str:
    return " → ".join(_named(one) if _may_name(viewer, one) else "…" for one in tickets)


def _may_name(viewer: Viewer | None, ticket: Ticket) -> bool:
    return viewer is not None and sees(viewer, ticket) and readable(viewer, "parent_id")


def _named(ticket: Ticket) -> str:
    return f"#{ticket.number}"
