"""Canned replies on their way: whoever keeps them, above this package, gives and takes them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from storage.mongo import Session
from ticketing.permissions import Viewer
from ticketing.portable.model import PortableReply


class Replies(Protocol):
    """What a team or everybody has; one's own stay where they are."""

    async def given(
        self, teams: Collection[str], session: Session | None
    ) -> Sequence[PortableReply]:
        """Those of these teams, and those of everybody."""
        ...

    async def take(
        self, session: Session, viewer: Viewer, wanted: Sequence[PortableReply], now: datetime
    ) -> None:
        """Save those that are not so yet. Raises Invalid, which names the reply and its field."""
        ...
