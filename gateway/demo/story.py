"""The story as types, read from ``story.toml``."""

from pathlib import Path
from typing import Literal

import msgspec

FILE = Path(__file__).with_name("story.toml")


class DemoAgent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who answers; the first one logs in."""

    email: str
    name: str
    role: Literal["admin", "agent"]


class DemoInbox(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An inbox; its settings name the stand-ins for its provider."""

    id: str
    channel: str
    name: str
    address: str
    aliases: tuple[str, ...] = ()


class DemoContact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person who is known on several channels."""

    name: str
    points: tuple[str, ...]


class DemoCanned(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text that all agents may insert, by language."""

    name: str
    shortcut: str
    texts: dict[str, str]


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``inbox`` and ``from``: something came in. ``does`` and ``to``: an agent did something."""

    ago: int
    inbox: str = ""
    sender: str = msgspec.field(name="from", default="")
    name: str = ""
    subject: str = ""
    text: str = ""
    html: str = ""
    files: tuple[str, ...] = ()
    does: Literal["", "reply", "note", "assign"] = ""
    to: str = ""
    agent: str = ""
    priority: Literal["", "urgent", "high", "normal", "low"] = ""
    tags: tuple[str, ...] = ()
    then: Literal["", "solved", "waiting"] = ""


class Story(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of it, in order."""

    agents: tuple[DemoAgent, ...]
    inboxes: tuple[DemoInbox, ...]
    contacts: tuple[DemoContact, ...]
    canned: tuple[DemoCanned, ...]
    steps: tuple[Step, ...]


def load_story() -> Story:
    """Checked while reading."""
    return msgspec.toml.decode(FILE.read_bytes(), type=Story)
