"""A notification, and the list of one agent."""

from datetime import datetime
from typing import Literal

import msgspec

from normalizer.model import AgentId

# mention: named in a note; assigned: became mine; news: of a ticket that I follow; send_failed: a
# reply of mine did not arrive; woke: what I had put to sleep; not_sent: a scheduled reply of mine
Kind = Literal["mention", "assigned", "news", "send_failed", "woke", "not_sent"]
MOST = 200
MOST_CAUSES = 20


class Notification(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``count`` unread ones of a kind and a ticket stand as one, the newest at the top; ``causes``
    are the events that made it, so that one told twice counts once. ``inbox_id`` is the
    message's: of a ticket that gathers several, one may see some.
    """

    id: str
    kind: Kind
    ticket_id: str
    inbox_id: str = ""
    message_id: str = ""
    actor_name: str = ""
    reason: str = ""
    at: datetime
    count: int = 1
    read: bool = False
    causes: tuple[str, ...] = ()


class Board(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One agent's list, newest first; bounded, so that it is read and written as a whole."""

    id: AgentId = msgspec.field(name="_id")
    v: int = 1
    items: tuple[Notification, ...] = ()

    @property
    def unread(self) -> int:
        """How many are."""
        return sum(not item.read for item in self.items)
