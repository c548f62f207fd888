"""Until when a channel takes a free reply. Pure."""

from datetime import datetime, timedelta

import msgspec

from connectors.contract import Template
from connectors.manifest import Manifest
from ticketing.model import Conversation


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """``until`` None: no end. ``reason`` says why a reply is not possible and what is instead."""

    can_reply: bool
    reason: str = ""
    until: datetime | None = None


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """What one send may use. ``closed`` says why no free reply may go any more."""

    closed: str = ""
    reply_handle: str = ""


def way_out(
    manifest: Manifest, conversation: Conversation, now: datetime, template: Template | None
) -> Way:
    """The window, asked again when the reply leaves, and the handle that the provider wants."""
    window = reply_window(manifest, conversation, now, template)
    if not window.can_reply:
        return Way(closed=window.reason)
    handle = conversation.reply_handle
    fresh = handle is not None and (handle.expires_at is None or now < handle.expires_at)
    return Way(reply_handle=handle.value if handle is not None and fresh else "")


def reply_window(
    manifest: Manifest,
    conversation: Conversation,
    now: datetime,
    template: Template | None = None,
    answers: int = 0,
) -> Window:
    """Whether a reply may go into this conversation now; asked at compose and again at send.

    ``answers`` is how many the customer's last message has had: counted at compose only, for
    afterwards the reply counts itself.
    """
    if not manifest.can("reply"):
        return Window(can_reply=False, reason=f"{manifest.name} takes no replies")
    limit = manifest.limits.window
    if limit is None or template is not None:
        return Window(can_reply=True)
    if conversation.last_in_at is None:
        return Window(
            can_reply=False, reason=f"The customer has to write first.{_instead(manifest)}"
        )
    until = conversation.last_in_at + timedelta(hours=limit.hours)
    if limit.messages is not None and answers >= limit.messages:
        reason = f"{limit.messages} replies have been sent since the customer's last message."
        return Window(can_reply=False, reason=reason + _instead(manifest))
    if now < until:
        return Window(can_reply=True, until=until)
    reason = f"{limit.hours:g} hours have passed since the customer's last message."
    return Window(can_reply=False, reason=reason + _instead(manifest), until=until)


def _instead(manifest: Manifest) -> str:
    if manifest.can("templates"):
        return " Send an approved template, or answer on another channel."
    return " Answer on another channel."
