"""What is to be done within a ticket. Pure."""

from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from normalizer.model import AgentId
from storage.events import Change
from ticketing.errors import Invalid, NotFound, Refused
from ticketing.model import CheckItem, Ticket

MAX_ITEMS = 100
MAX_TEXT = 500


class ItemChange(msgspec.Struct, frozen=True, kw_only=True):
    """Only what is set changes; ``position`` counts from 0, beyond the end is the end."""

    text: str | UnsetType = UNSET
    done: bool | UnsetType = UNSET
    position: int | UnsetType = UNSET


def with_item(ticket: Ticket, id: str, text: str, position: int | None) -> Ticket:
    """One thing more to do; the same ticket when it is there. Raises Invalid, Refused."""
    if any(item.id == id for item in ticket.checklist):
        return ticket
    if len(ticket.checklist) >= MAX_ITEMS:
        raise Refused(f"a checklist has at most {MAX_ITEMS} items: remove one first")
    added = CheckItem(id=id, text=_checked(text))
    items = list(ticket.checklist)
    items.insert(len(items) if position is None else position, added)
    return replace(ticket, checklist=tuple(items))


def with_change(ticket: Ticket, id: str, change: ItemChange, by: AgentId, now: datetime) -> Ticket:
    """An item ticked, reworded or moved; the same ticket when nothing differs."""
    item = _found(ticket, id)
    after = item
    if change.text is not UNSET:
        after = replace(after, text=_checked(change.text))
    if change.done is not UNSET and change.done != bool(after.done_by):
        after = replace(
            after, done_by=by if change.done else "", done_at=now if change.done else None
        )
    items = [after if one.id == id else one for one in ticket.checklist]
    if change.position is not UNSET:
        items.remove(after)
        items.insert(change.position, after)
    return ticket if tuple(items) == ticket.checklist else replace(ticket, checklist=tuple(items))


def without_item(ticket: Ticket, id: str) -> Ticket:
    """It need not be done. Raises NotFound."""
    gone = _found(ticket, id)
    return replace(ticket, checklist=tuple(one for one in ticket.checklist if one != gone))


def told(before: Ticket, after: Ticket) -> tuple[Change, ...]:
    """What the history says: items as ``[x] text``; moving them is not worth a line."""
    old = {item.id: _line(item) for item in before.checklist}
    new = {item.id: _line(item) for item in after.checklist}
    return tuple(
        Change(field="checklist", before=old.get(id), after=new.get(id))
        for id in dict.fromkeys((*old, *new))
        if old.get(id) != new.get(id)
    )


def _line(item: CheckItem) -> str:
    return f"[{'x' if item.done_by else ' '}] {item.text}"


def _found(ticket: Ticket, id: str) -> CheckItem:
    found = next((item for item in ticket.checklist if item.id == id), None)
    if found is None:
        raise NotFound("item", id)
    return found


def _checked(text: str) -> str:
    line = " ".join(text.split())
    if not 0 < len(line) <= MAX_TEXT:
        raise Invalid("text", f"between 1 and {MAX_TEXT} characters")
    return line
