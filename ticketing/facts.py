"""Events as they are made here: ids derive from what caused them, so a rerun makes the same."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from connectors.contract import InboxId
from normalizer.model import INCOMPLETE, AgentId, Message, MessageId
from storage.events import Actor, Change, Event, event_id
from ticketing.model import Contact, FieldValue, Ticket
from ticketing.permissions import Viewer

SYSTEM = Actor(kind="system", id="", name="Parley")
AWAITED_FILES = "files"
UNHEARD = "sender-blocked"  # a warning of the message, too
AUDIENCE = "audience"  # the followers, told beside the history
NAMED = "named"  # who was mentioned in a note
WRITER = "writer"  # whose reply is in trouble
WOKE = "woke"  # who is told that a ticket woke
WAITS = "waits"  # the customer began to wait by these words, or was answered
RATED = "rated"  # the priority is what impact and urgency make of it
NEWS = frozenset({"message.received", "message.sent", "note.added", "ticket.changed"})
MARKS = frozenset({AUDIENCE, NAMED, WAITS, WOKE, WRITER})  # for consumers, not for people
TRACKED = (
    "status",
    "state",
    "priority",
    "assignee_id",
    "team_id",
    "private",
    "tags",
    "subject",
    "merged_into",
    "followers",
    "mentioned",
    "snoozed_until",
    "type_id",
    "category_id",
    "impact",
    "urgency",
    "asset_ids",
)


def of_contact(contact: Contact) -> Actor:
    """The customer as an actor."""
    return Actor(kind="contact", id=contact.id, name=contact.name)


def of_viewer(viewer: Viewer) -> Actor:
    """The agent as an actor."""
    origin = viewer.origin
    return Actor(
        kind="agent",
        id=viewer.agent_id,
        name=viewer.name,
        ip=origin.ip,
        via=f"{origin.via}:{origin.login_id[:8]}" if origin.login_id else origin.via,
        request_id=origin.request_id,
    )


def fact(
    kind: str,
    ticket: Ticket,
    *,
    cause: str,
    actor: Actor,
    at: datetime,
    message_id: MessageId | None = None,
    conversation_id: str | None = None,
    inbox_id: InboxId | None = None,
    changes: Iterable[Change] = (),
    why: str = "",
) -> Event:
    """One event of a ticket; ``cause`` is the message, or the version, that made it happen.

    ``inbox_id`` is the message's where the event tells of one: who may not see it, sees no event.
    """
    return Event(
        id=event_id(ticket.id, kind, cause),
        kind=kind,
        ticket_id=ticket.id,
        message_id=message_id,
        conversation_id=conversation_id,
        inbox_id=inbox_id or ticket.inbox_id,
        actor=actor,
        at=at,
        changes=(*changes, *audience_of(kind, ticket.followers)),
        why=why,
    )


def audience_of(kind: str, followers: Sequence[AgentId]) -> tuple[Change, ...]:
    """Says of news who follows its ticket, so that nobody need look; nearly always nothing."""
    if not followers or kind not in NEWS:
        return ()
    return (Change(field=AUDIENCE, after=",".join(followers)),)


def about(
    kind: str,
    subject_id: str,
    *,
    cause: str,
    actor: Actor,
    at: datetime,
    changes: Iterable[Change] = (),
) -> Event:
    """A fact about a contact, an organisation or a setting: its id stands where a ticket's would,
    so that its history is read alike; no inbox is its place.
    """
    return Event(
        id=event_id(subject_id, kind, cause),
        kind=kind,
        ticket_id=subject_id,
        inbox_id="",
        actor=actor,
        at=at,
        changes=tuple(changes),
    )


def differences(before: Ticket, after: Ticket) -> tuple[Change, ...]:
    """The tracked fields that differ, as the history shows them."""
    own = tuple(
        Change(field=name, before=_shown(old), after=_shown(new))
        for name in TRACKED
        if (old := getattr(before, name)) != (new := getattr(after, name))
    )
    return (*own, *_field_differences(before.fields, after.fields))


def _field_differences(
    before: Mapping[str, FieldValue], after: Mapping[str, FieldValue]
) -> Iterator[Change]:
    """Custom fields, each as ``fields.<id>``."""
    for id in dict.fromkeys((*before, *after)):
        if (old := before.get(id)) != (new := after.get(id)):
            yield Change(field=f"fields.{id}", before=_shown(old), after=_shown(new))


def took_in(source: Ticket) -> tuple[Change, ...]:
    """What the history of a ticket says of one that was merged into it."""
    return (Change(field="joined", before=None, after=f"#{source.number}"),)


def what_it_lacks(message: Message) -> tuple[Change, ...]:
    """Says of a message that files are still at the provider, that only its head came, or that
    nobody listens to who wrote it.
    """
    awaited = any(item.state == "pending" for item in message.files)
    lacks = {AWAITED_FILES: awaited} | {
        name: name in message.warnings for name in (INCOMPLETE, UNHEARD)
    }
    return tuple(Change(field=field, after="pending") for field, there in lacks.items() if there)


def waits(before: Ticket, after: Ticket) -> tuple[Change, ...]:
    """Says of a message that by it the customer began to wait, or was answered."""
    was, now = _shown(before.waiting_since), _shown(after.waiting_since)
    if (was is None) == (now is None):
        return ()
    return (Change(field=WAITS, before=was, after=now),)


def came_incomplete(event: Event) -> bool:
    """Whether only the head of the event's mail came."""
    return any(change.field == INCOMPLETE for change in event.changes)


def is_unheard(event: Event) -> bool:
    """Whether the event's message is by somebody who is not listened to: nobody is told."""
    return any(change.field == UNHEARD for change in event.changes)


def awaits_files(event: Event) -> bool:
    """Whether somebody must fetch files of the event's message."""
    return any(change.field == AWAITED_FILES for change in event.changes)


def naming(agent_ids: Sequence[AgentId]) -> tuple[Change, ...]:
    """Says of a note whom it mentions."""
    return (Change(field=NAMED, after=",".join(agent_ids)),) if agent_ids else ()


def rating(ticket: Ticket) -> tuple[Change, ...]:
    """Says that impact and urgency make the priority."""
    return (Change(field=RATED, after=ticket.priority),)


def began_with(plain: Ticket, ticket: Ticket, template_id: str) -> Iterator[Change]:
    """Says of a ticket that we begin by which template, and what priority it was given."""
    if template_id:
        yield Change(field="template", after=template_id)
    if ticket.priority != plain.priority:
        yield Change(field="priority", before=plain.priority, after=ticket.priority)


def woken(ticket: Ticket) -> tuple[Change, ...]:
    """Says who is told that the ticket woke: who had put it to sleep."""
    if not ticket.open or not ticket.snoozed_by:
        return ()
    return (Change(field=WOKE, after=ticket.snoozed_by),)


def _shown(value: FieldValue | datetime | None) -> str | None:
    """Numbers and yes or no as JSON has them; nothing for what is empty."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    return (", ".join(value) if isinstance(value, tuple) else value) or None
