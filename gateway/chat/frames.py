"""The frames of /chat/{inbox_id}/ws; ``type`` tells them apart."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Text = Annotated[str, Meta(min_length=1, max_length=8_000)]
MessageKey = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{8,64}$")]
Ids = Annotated[list[Annotated[str, Meta(max_length=64)]], Meta(max_length=50)]


class Hello(msgspec.Struct, frozen=True, kw_only=True, tag="hello"):
    """First: the token of an earlier visit, and the last message that the page has."""

    token: Annotated[str, Meta(max_length=200)] = ""
    after: Annotated[str, Meta(max_length=64)] = ""
    name: Annotated[str, Meta(max_length=100)] = ""
    email: Annotated[str, Meta(max_length=254)] = ""


class Say(msgspec.Struct, frozen=True, kw_only=True, tag="message"):
    """``client_msg_id`` is the same for a repeated attempt: one message."""

    client_msg_id: MessageKey
    text: Text


class Saw(msgspec.Struct, frozen=True, kw_only=True, tag="seen"):
    """The page showed these of ours."""

    message_ids: Ids
    state: Literal["delivered", "read"] = "read"


class Type(msgspec.Struct, frozen=True, kw_only=True, tag="typing"):
    """The visitor types, or stopped."""

    typing: bool


class Ping(msgspec.Struct, frozen=True, kw_only=True, tag="ping"):
    """Every 20 seconds."""


FromPage = Hello | Say | Saw | Type | Ping


class Welcome(msgspec.Struct, frozen=True, kw_only=True, tag="welcome"):
    """``token`` lets this browser come back as the same visitor."""

    token: str
    inbox_name: str


class Ack(msgspec.Struct, frozen=True, kw_only=True, tag="ack"):
    """It is on disk."""

    client_msg_id: str


class Nack(msgspec.Struct, frozen=True, kw_only=True, tag="nack"):
    """It is not: say it again in ``retry_s`` seconds, with the same id."""

    client_msg_id: str
    retry_s: float


class Linked(msgspec.Struct, frozen=True, kw_only=True):
    """A file of ours; ``url`` opens for some hours without a login."""

    name: str
    size: int
    url: str


class Shown(msgspec.Struct, frozen=True, kw_only=True, tag="message"):
    """A message of the conversation; ``client_msg_id`` names the visitor's own."""

    id: str
    direction: Literal["in", "out"]
    text: str
    at: str
    author: str
    client_msg_id: str
    files: tuple[Linked, ...] = ()


class Answering(msgspec.Struct, frozen=True, kw_only=True, tag="answering"):
    """Somebody writes an answer; it is shown for some seconds."""


class Gone(msgspec.Struct, frozen=True, kw_only=True, tag="gone"):
    """A message of ours was taken back."""

    id: str


class Caught(msgspec.Struct, frozen=True, kw_only=True, tag="caught_up"):
    """Everything after ``after`` has been sent."""


class Pong(msgspec.Struct, frozen=True, kw_only=True, tag="pong"):
    """Answer to a ping."""


ToPage = Welcome | Ack | Nack | Shown | Gone | Answering | Caught | Pong
DECODER: msgspec.json.Decoder[FromPage] = msgspec.json.Decoder(FromPage)
ENCODER = msgspec.json.Encoder()


def encode(frame: ToPage) -> str:
    """For the wire."""
    return ENCODER.encode(frame).decode()
