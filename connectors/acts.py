"""What a channel may do beside sending: change what was sent, react to what came, show typing.

These are optional parts of the contract; ``[acts]`` and ``typing_out`` of the manifest say which of
them a channel has.
"""

from typing import Protocol, runtime_checkable

import msgspec

from connectors.contract import SendOutcome
from connectors.events import SenderId
from connectors.manifest import ActKind

# Those that every channel with reactions knows (Telegram lets bots use few).
EMOJIS = ("👍", "❤️", "🎉", "🙏", "👀", "🔥", "👌", "👎")


class OutboundAct(msgspec.Struct, frozen=True, kw_only=True):
    """One change of a message that the provider has.

    ``id`` is ours, for providers that drop repeats. ``native_ids`` are the message's, one for each
    piece it became; ``author`` is who wrote it, None for ourselves. An edit brings the new text.
    A reaction replaces ours that is there, which is ``before`` (``before_id`` where the provider
    gave it an id); an empty ``emoji`` takes it away.
    """

    id: str
    kind: ActKind
    recipient: SenderId
    thread_key: str
    native_ids: tuple[str, ...]
    author: SenderId | None = None
    text: str = ""
    emoji: str = ""
    before: str = ""
    before_id: str = ""


class Correspondent(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody we write with; ``heard`` is the native id of their last message, "" for none."""

    recipient: SenderId
    thread_key: str
    heard: str = ""


@runtime_checkable
class ActSender(Protocol):
    """Optional, for a Sender: every kind that the manifest's ``acts`` name."""

    async def act(self, act: OutboundAct) -> SendOutcome:
        """As ``Sender.send``. It may be repeated after a broken line, so what is so already counts
        as done: a message that is gone is deleted, a reaction that is there is set.
        """


@runtime_checkable
class TypingSender(Protocol):
    """Optional, for a Sender: "typing_out" of the manifest."""

    async def show_typing(self, to: Correspondent) -> SendOutcome:
        """That somebody answers now; the provider forgets it within seconds. Never repeated."""
