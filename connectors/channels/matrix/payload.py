"""What /sync brings, as types (https://spec.matrix.org/v1.16/client-server-api/)."""

import msgspec

from connectors.kit.decoding import UNREADABLE


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """``limited``: there are older events behind ``prev_batch``."""

    events: list[msgspec.Raw] = []
    limited: bool = False
    prev_batch: str = ""


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """State or ephemeral events."""

    events: list[msgspec.Raw] = []


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """One room's news."""

    timeline: Timeline = Timeline()
    state: Batch = Batch()
    ephemeral: Batch = Batch()


class Rooms(msgspec.Struct, frozen=True, kw_only=True):
    """By room id."""

    join: dict[str, Room] = {}
    leave: dict[str, Room] = {}
    invite: dict[str, msgspec.Raw] = {}


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """An answer of /sync."""

    next_batch: str = ""
    rooms: Rooms = Rooms()


class Loose(msgspec.Struct, frozen=True, kw_only=True):
    """An application service's transaction, or one event alone."""

    events: list[msgspec.Raw] | None = None
    type: str = ""


class Before(msgspec.Struct, frozen=True, kw_only=True):
    """What a state event replaces."""

    membership: str = ""


class Unsigned(msgspec.Struct, frozen=True, kw_only=True):
    """What the server adds."""

    prev_content: Before | None = None
    redacted_because: msgspec.Raw = msgspec.Raw()


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """The envelope of all events; ``content`` is read by ``type``."""

    type: str
    event_id: str = ""
    room_id: str = ""
    sender: str = ""
    state_key: str | None = None
    origin_server_ts: int = 0
    redacts: str = ""
    content: msgspec.Raw = msgspec.Raw(b"{}")
    unsigned: Unsigned = Unsigned()


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A message that another one answers."""

    event_id: str = ""


class Relation(msgspec.Struct, frozen=True, kw_only=True):
    """What an event says of another one."""

    rel_type: str = ""
    event_id: str = ""
    key: str = ""
    in_reply_to: Target | None = msgspec.field(default=None, name="m.in_reply_to")


class Info(msgspec.Struct, frozen=True, kw_only=True):
    """Of a file."""

    mimetype: str | None = None
    size: int | None = None


class NewContent(msgspec.Struct, frozen=True, kw_only=True):
    """What an edited message now says."""

    msgtype: str = ""
    body: str = ""


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """Of messages, stickers, reactions, redactions, memberships."""

    msgtype: str = ""
    body: str = ""
    filename: str | None = None
    url: str | None = None
    geo_uri: str = ""
    info: Info | None = None
    voice: dict[str, msgspec.Raw] | None = msgspec.field(
        default=None, name="org.matrix.msc3245.voice"
    )
    relates: Relation | None = msgspec.field(default=None, name="m.relates_to")
    new: NewContent | None = msgspec.field(default=None, name="m.new_content")
    membership: str = ""
    displayname: str | None = None
    redacts: str = ""
    reason: str | None = None
    user_ids: list[str] = []


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """When somebody read up to an event; milliseconds since 1970."""

    ts: int = 0


class ReadBy(msgspec.Struct, frozen=True, kw_only=True):
    """Receipts of one event, by user; some of them may be spoilt."""

    read: dict[str, msgspec.Raw] = msgspec.field(default={}, name="m.read")


def read_moment(raw: msgspec.Raw) -> int:
    """``Read.ts``, 0 when it is none."""
    try:
        return msgspec.json.decode(raw, type=Read).ts
    except UNREADABLE:
        return 0
