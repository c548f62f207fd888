"""What a merge would do, told before it is done. Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from ticketing.merging.fields import cut, differences
from ticketing.merging.joining import joined
from ticketing.merging.model import (
    Choices,
    MovedConversation,
    Place,
    Preview,
    Warned,
)
from ticketing.merging.world import World
from ticketing.model import Ticket


def previewed(
    source: Ticket,
    target: Ticket,
    world: World,
    *,
    places: Iterable[Place],
    choices: Choices,
    now: datetime,
) -> Preview:
    """``places`` are the source's conversations that the viewer sees. Raises what merging would."""
    _, result = joined(source, target, now, choices)
    moved = tuple(_moved(place, world) for place in places)
    return Preview(
        source=source,
        target=target,
        result=result,
        conversations=moved,
        differences=tuple(differences(source, target, choices)),
        warnings=tuple(_warnings(source, target, moved)),
    )


def _moved(place: Place, world: World) -> MovedConversation:
    (tally,) = world.tallies([place.id])
    return MovedConversation(
        place=place,
        messages=tally.size.counted - tally.notes,
        notes=tally.notes,
        under_way=tally.under_way,
    )


def _warnings(
    source: Ticket, target: Ticket, moved: tuple[MovedConversation, ...]
) -> Iterator[Warned]:
    if source.contact_id != target.contact_id:
        about = f"{source.contact_name} → {target.contact_name}"
        text = "They are from different people: each answer still goes to its own conversation."
        yield Warned(code="other_contact", text=text, about=about)
    for inbox_id in sorted({one.place.inbox_id for one in moved} - set(target.inbox_ids)):
        text = "The target has nothing of this inbox yet; who cannot see it will not see this part."
        yield Warned(code="other_inbox", text=text, about=inbox_id)
    if not target.open:
        text = f"#{target.number} is {target.status}."
        yield Warned(code="target_not_open", text=text, about=target.status)
    if not source.open:
        text = f"#{source.number} is {source.status}."
        yield Warned(code="source_not_open", text=text, about=source.status)
    if under_way := sum(one.under_way for one in moved):
        text = f"{under_way} replies are on their way: they are sent once, and shown in the target."
        yield Warned(code="under_way", text=text, about=str(under_way))
    if source.private != target.private:
        yield Warned(code="private", text="One of them is private: the result is, too.")
    if source.children or source.parent_id:
        text = f"Links to parents and children stay with #{source.number}."
        yield Warned(code="links_stay", text=text)
    for name in cut(source, target):
        yield Warned(code="lists_cut", text=f"Not all {name} find room.", about=name)
