"""A canned reply as stored."""

from datetime import datetime
from typing import Literal

import msgspec

from normalizer.model import AgentId

Scope = Literal["personal", "team", "shared"]


class CannedReply(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``texts`` by language, with blanks; ``shortcut`` is what follows ``/`` in the composer.

    ``keeper`` narrows lists: "shared", ``team:ID``, or ``agent:ID`` of whose own it is.
    """

    id: str = msgspec.field(name="_id")
    v: int = 1
    version: int
    keeper: str
    name: str
    shortcut: str = ""
    texts: dict[str, str]
    created_at: datetime
    updated_at: datetime
    updated_by: AgentId


class CannedWish(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants a canned reply to be."""

    scope: Scope
    team_id: str
    name: str
    shortcut: str
    texts: dict[str, str]


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """A text with its blanks filled; ``missing`` are those that stand unfilled in it."""

    text: str
    missing: tuple[str, ...] = ()
