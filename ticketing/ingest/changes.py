"""Edits, deletions and reactions: pure, and the same in whatever order they come."""

from datetime import datetime

from msgspec.structs import replace

from connectors.events import MessageDeleted, MessageEdited, ReactionChanged
from normalizer.model import Earlier, Message, Reaction
from ticketing.ingest.model import Change

_MAX_REACTIONS = 200
_MAX_EARLIER = 20

EVENT_KINDS: dict[type[Change], str] = {
    MessageEdited: "message.edited",
    MessageDeleted: "message.deleted",
    ReactionChanged: "reaction.changed",
}


def changed(message: Message, change: Change) -> Message | None:
    """The message after the change, or None when it is no news."""
    if message.deleted_at is not None or message.erased:
        return None
    if isinstance(change, MessageEdited):
        return _edited(message, change)
    if isinstance(change, MessageDeleted):
        return _deleted(message, change.occurred_at)
    return _reacted(message, change)


def _edited(message: Message, change: MessageEdited) -> Message | None:
    if message.edited_at is not None and change.occurred_at <= message.edited_at:
        return _late(message, change, message.edited_at)
    if change.text == message.text:
        return None
    was = Earlier(text=message.text, at=message.edited_at or message.occurred_at)
    return replace(
        message,
        text=change.text,
        reply_text=change.text,
        html=None,
        edited_at=change.occurred_at,
        earlier=_kept(message.earlier, was),
    )


def _late(message: Message, change: MessageEdited, edited_at: datetime) -> Message | None:
    """It says only what stood there for a while."""
    earlier = _kept(message.earlier, Earlier(text=change.text, at=change.occurred_at))
    if change.occurred_at == edited_at or earlier == message.earlier:
        return None
    return replace(message, earlier=earlier)


def _kept(earlier: tuple[Earlier, ...], one: Earlier) -> tuple[Earlier, ...]:
    """In their order; of too many the first and the latest."""
    if not one.text or one in earlier:
        return earlier
    first, *later = sorted((*earlier, one), key=lambda known: known.at)
    return (first, *later[-_MAX_EARLIER:])


def _deleted(message: Message, at: datetime) -> Message:
    """The words go; that something was said and taken back stays (the journal has the original)."""
    return replace(
        message,
        deleted_at=at,
        text="",
        reply_text="",
        html=None,
        files=(),
        signature="",
        earlier=(),
    )


def _reacted(message: Message, change: ReactionChanged) -> Message | None:
    sender = change.senders[0].canonical if change.senders else ""
    others = tuple(item for item in message.reactions if item.sender != sender)
    mine = next((item for item in message.reactions if item.sender == sender), None)
    if mine is not None and (mine.at >= change.occurred_at or mine.emoji == change.emoji):
        return None
    # a taken-back reaction leaves an empty one, so that an older word cannot bring it back
    reaction = Reaction(sender=sender, emoji=change.emoji, at=change.occurred_at)
    return replace(message, reactions=(*others, reaction)[-_MAX_REACTIONS:])
