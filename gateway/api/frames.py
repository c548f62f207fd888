"""The frames of the WebSocket /api/v1/live; ``type`` tells them apart."""

from typing import Literal

import msgspec

from gateway.api.answer import Answer
from gateway.api.fields import Id, Time
from gateway.api.requests import Request
from gateway.api.schemas import Delivery, Message, TicketRow, View
from gateway.api.schemas.bulk import BulkJob
from gateway.api.schemas.views import SavedCount


class Hello(Answer, frozen=True, kw_only=True, tag="hello"):
    """First frame: where the stream stands, and how many notifications are unread."""

    seq: int
    server_time: Time
    unread: int


class LiveTicket(Answer, frozen=True, kw_only=True, tag="ticket"):
    """A ticket is new or has changed."""

    seq: int
    ticket: TicketRow
    events: list[str]
    actor_id: str


class LiveGone(Answer, frozen=True, kw_only=True, tag="gone"):
    """A ticket that I saw is out of my sight now: leave it, and drop it from lists."""

    seq: int
    ticket_id: str


class LiveMessage(Answer, frozen=True, kw_only=True, tag="message"):
    """A message is new or has changed."""

    seq: int
    ticket_id: str
    message: Message


class LiveDelivery(Answer, frozen=True, kw_only=True, tag="delivery"):
    """An outbound message moved on."""

    seq: int
    ticket_id: str
    message_id: str
    delivery: Delivery


class LiveViews(Answer, frozen=True, kw_only=True, tag="views"):
    """New counts."""

    items: list[View]
    saved: list[SavedCount]


class PresentAgent(Answer, frozen=True, kw_only=True):
    """An agent who looks at a ticket now."""

    id: str
    name: str
    mode: Literal["viewing", "replying"]


class LivePresence(Answer, frozen=True, kw_only=True, tag="presence"):
    """Everybody who looks at a ticket now."""

    ticket_id: str
    agents: list[PresentAgent]


class LiveAgent(Answer, frozen=True, kw_only=True, tag="agent"):
    """An agent came, went, or is busy or away."""

    agent_id: str
    state: Literal["online", "busy", "away", "offline"]


class LiveTyping(Answer, frozen=True, kw_only=True, tag="typing"):
    """The customer types."""

    ticket_id: str
    name: str
    typing: bool


class LiveNotifications(Answer, frozen=True, kw_only=True, tag="notifications"):
    """My notifications have changed: fetch them when they are to be shown."""

    unread: int


class LiveJob(Answer, frozen=True, kw_only=True, tag="job"):
    """A bulk job of mine has come further."""

    job: BulkJob


class Resync(Answer, frozen=True, kw_only=True, tag="resync"):
    """Frames were lost: drop caches and fetch again."""


class Pong(Answer, frozen=True, kw_only=True, tag="pong"):
    """Answer to a ping."""


LiveFrame = (
    Hello
    | LiveTicket
    | LiveGone
    | LiveMessage
    | LiveDelivery
    | LiveViews
    | LivePresence
    | LiveAgent
    | LiveTyping
    | LiveJob
    | LiveNotifications
    | Resync
    | Pong
)


class Resume(Request, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="resume"):
    """First frame of a client: the last ``seq`` it saw, 0 when it starts."""

    seq: int


class Presence(Request, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="presence"):
    """What I look at; null: nothing."""

    ticket_id: Id | None
    mode: Literal["viewing", "replying"] = "viewing"


class Answering(Request, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="answering"):
    """I write an answer into this conversation; said again every few seconds."""

    conversation_id: Id


class Ping(Request, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="ping"):
    """Every 20 seconds."""


ClientFrame = Resume | Presence | Answering | Ping

PersonalFrame = LiveJob | LiveNotifications  # what is sent to one agent alone
PERSONAL_FRAMES: msgspec.json.Decoder[PersonalFrame] = msgspec.json.Decoder(PersonalFrame)

# Bound once: msgspec builds its decoder per type.
CLIENT_FRAMES: msgspec.json.Decoder[ClientFrame] = msgspec.json.Decoder(ClientFrame)
