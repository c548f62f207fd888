"""An address on the suppression list."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

from outbound.recipients import canonical
from storage.ids import derived_id

# "unsubscribed" stops automatic mail only; "added" by an administrator.
SuppressionKind = Literal["bounced", "complained", "unsubscribed", "added"]


class Suppression(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Until ``expires_at`` (None: until it is removed) nothing is sent to ``address``.

    ``reason`` is in the words of the server that refused it; ``message_id`` and ``inbox_id`` tell
    which of our mails it was, where it was one.
    """

    id: str = msgspec.field(name="_id")
    v: int = 1
    address: str
    kind: SuppressionKind
    at: datetime
    expires_at: datetime | None = None
    reason: str = ""
    status: str = ""
    inbox_id: str = ""
    message_id: str = ""


Stopped = Mapping[str, Suppression]  # by address in lower case


def suppression_id(address: str, kind: SuppressionKind = "bounced") -> str:
    """The same for every spelling of an address. Who left has a second entry: it never ends, and
    a bounce, which does, must not take its place.
    """
    what = "leaving" if kind == "unsubscribed" else "suppression"
    return derived_id(what, canonical(address))


def ids_of(address: str) -> tuple[str, str]:
    """Of all entries that an address can have."""
    return suppression_id(address), suppression_id(address, "unsubscribed")
