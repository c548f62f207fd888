"""What processes tell each other by pub/sub so that screens change: hints, never the record."""

import msgspec

from ticketing.staffing.model import Sign

LIVE = "parley:live"


class Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="fact"):
    """An event was relayed: look at the ticket (and message) again.

    ``was`` holds what the change replaced of the fields that decide who sees the ticket.
    """

    kind: str
    ticket_id: str
    message_id: str = ""
    conversation_id: str = ""
    actor_id: str = ""
    was: dict[str, str] = {}


class Facts(msgspec.Struct, frozen=True, kw_only=True, tag="facts"):
    """Events that were relayed together: one publication for all."""

    facts: tuple[Fact, ...]


class Seen(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="seen"):
    """One agent's browser looks at a ticket; ``ticket_id`` "" means that it looks away."""

    client_id: str
    ticket_id: str
    agent_id: str = ""
    name: str = ""
    mode: str = "viewing"


class Typing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="typing"):
    """The customer types, on one of the ticket's inboxes."""

    ticket_id: str
    inbox_id: str
    name: str
    typing: bool


class Answering(msgspec.Struct, frozen=True, kw_only=True, tag="answering"):
    """An agent writes to a visitor of our own chat."""

    inbox_id: str
    visitor: str


class Personal(msgspec.Struct, frozen=True, kw_only=True, tag="personal"):
    """A frame for one agent's browsers alone, as JSON."""

    agent_id: str
    frame: msgspec.Raw


class Signed(msgspec.Struct, frozen=True, kw_only=True, tag="signed"):
    """What an agent's browsers said of their being there."""

    sign: Sign


class Counted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="counted"):
    """Numbers of views have changed: whoever shows them asks again. ``views``: some views have
    numbers only now, whoever remembers views reads them anew first.
    """

    views: bool = False


Notice = Fact | Facts | Seen | Typing | Answering | Personal | Signed | Counted
_DECODER: msgspec.json.Decoder[Notice] = msgspec.json.Decoder(Notice)


def encode(notice: Notice) -> bytes:
    """For the wire."""
    return msgspec.json.encode(notice)


def decode(raw: bytes) -> Notice | None:
    """None for what a newer process says."""
    try:
        return _DECODER.decode(raw)
    except msgspec.DecodeError:
        return None
