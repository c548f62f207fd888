"""A reply that waits for its time, beside the message that shows it."""

from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType

from normalizer.model import AgentId, MessageId
from outbound.model import Reply


class ScheduledReply(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``send_at`` None: it could not be sent at its time, and waits for somebody to ask again.

    ``reply`` is what was asked for: at its time it is asked for anew, with every check.
    """

    id: MessageId = msgspec.field(name="_id")
    v: int = 1
    version: int
    agent_id: AgentId
    made_at: datetime
    send_at: datetime | None = None
    unless_they_write: bool = False
    reply: Reply


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """When, and whether only if the customer has not written by then."""

    send_at: datetime
    unless_they_write: bool = False


class ScheduleChange(msgspec.Struct, frozen=True, kw_only=True):
    """Only what is set changes; ``send_at`` None: now. New words without ``html`` have none."""

    text: str | UnsetType = UNSET
    html: str | UnsetType | None = UNSET
    send_at: datetime | UnsetType | None = UNSET
    unless_they_write: bool | UnsetType = UNSET
