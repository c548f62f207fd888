"""Whether a message can still be changed, deleted or reacted to. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import msgspec

from connectors.acts import EMOJIS
from connectors.manifest import ActKind, Manifest
from normalizer.model import OURS, Message, Reaction
from outbound.acts.model import Wish
from outbound.errors import CannotReply
from outbound.render import LENGTH
from outbound.window import reply_window
from ticketing.model import Conversation, Ticket

THERE = frozenset({"sent", "delivered", "read"})
OWN_AUTHORS = frozenset({"agent", "system"})
CANNOT: Mapping[ActKind, str] = {
    "edit": "cannot change a message once it was sent.",
    "delete": "cannot take a message back once it was sent.",
    "react": "has no reactions.",
}


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """The message that a wish speaks of, and where it is, as read in the transaction."""

    message: Message
    ticket: Ticket
    conversation: Conversation


def check(wish: Wish, scene: Scene, manifest: Manifest, now: datetime) -> None:
    """Raises CannotReply with a reason that names the channel."""
    message = scene.message
    if scene.ticket.status == "closed":
        raise CannotReply("ticket", "This ticket is closed.")
    limit = manifest.acts.limit(wish.kind)
    if limit is None:
        raise CannotReply(wish.kind, f"{manifest.name} {CANNOT[wish.kind]}")
    if message.deleted_at is not None or message.erased:
        raise CannotReply(wish.kind, "This message was taken back.")
    CHECKS[wish.kind](wish, message, manifest)
    if limit.within_h is not None and now - message.occurred_at > timedelta(hours=limit.within_h):
        raise CannotReply(
            wish.kind, f"{manifest.name} allows it within {limit.within_h:g} hours of a message."
        )
    window = reply_window(manifest, scene.conversation, now)
    if not window.can_reply:
        raise CannotReply("window", window.reason)


def _check_own(wish: Wish, message: Message, manifest: Manifest) -> None:
    if message.direction != "out" or message.author.kind not in OWN_AUTHORS:
        raise CannotReply(wish.kind, f"On {manifest.name} only our own messages can be changed.")
    if message.delivery is None or message.delivery.state not in THERE:
        raise CannotReply(wish.kind, f"{manifest.name} does not have this message yet.")
    if not message.delivery.native_ids:
        raise CannotReply(wish.kind, f"{manifest.name} gave this message no id.")


def _check_edit(wish: Wish, message: Message, manifest: Manifest) -> None:
    _check_own(wish, message, manifest)
    pieces = message.delivery.native_ids if message.delivery else ()
    if len(pieces) > 1 or message.files or message.template or message.quick_replies:
        raise CannotReply(
            "edit",
            f"{manifest.name} changes plain text only: not files, buttons, templates or a text"
            " that went in several parts. Take it back and write it anew.",
        )
    if not wish.text.strip():
        raise CannotReply("text", "There is nothing to send yet.")
    if wish.text == message.text:
        raise CannotReply("text", "This is what the message says already.")
    limits = manifest.limits
    if limits.max_chars is not None and LENGTH[limits.unit](wish.text) > limits.max_chars:
        raise CannotReply(
            "text", f"{manifest.name} takes at most {limits.max_chars} characters in one message."
        )


def _check_reaction(wish: Wish, message: Message, manifest: Manifest) -> None:
    if message.direction != "in" or not message.native_id:
        raise CannotReply("react", f"On {manifest.name} we react to the customer's messages only.")
    if wish.emoji and wish.emoji not in EMOJIS:
        raise CannotReply("emoji", f"{manifest.name} takes one of {' '.join(EMOJIS)}")


CHECKS: Mapping[ActKind, Callable[[Wish, Message, Manifest], None]] = {
    "edit": _check_edit,
    "delete": _check_own,
    "react": _check_reaction,
}


def ours_on(message: Message) -> Reaction | None:
    """Our own reaction that is there now."""
    return next((one for one in message.reactions if one.sender == OURS and one.emoji), None)
