"""What the journal keeps of a request: in the clear what is needed to find it, the rest sealed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, NewType, Self

from msgspec import Struct, field

JournalId = NewType("JournalId", str)
State = Literal["pending", "done", "quarantined"]
Transport = Literal["webhook", "smtp", "imap", "poll", "stream", "api"]


class NewRecord(Struct, frozen=True, kw_only=True):
    """A verified request as it arrived."""

    inbox_id: str
    channel: str
    transport: Transport
    received_at: datetime
    request_id: str
    body: bytes
    headers: Mapping[str, str] = {}
    query: Mapping[str, str] = {}
    method: str = ""
    url: str = ""


class JournalRecord(Struct, frozen=True, kw_only=True):
    """A record as it is read back, opened. ``attempts`` counts failures since the last replay."""

    id: JournalId
    inbox_id: str
    channel: str
    transport: Transport
    received_at: datetime
    partition: int
    headers: dict[str, str]
    query: dict[str, str]
    method: str
    url: str
    body: bytes
    blob: str | None
    request_id: str
    state: State
    attempts: int
    reason: str | None
    retry_at: datetime


class JournalCounts(Struct, frozen=True, kw_only=True):
    """The backlog at a glance."""

    pending: int
    oldest_pending_at: datetime | None
    quarantined: int


class Content(Struct, frozen=True, kw_only=True):
    """The sealed part: everything that a customer wrote or a provider signed."""

    headers: Mapping[str, str]
    query: Mapping[str, str]
    method: str
    url: str
    body: bytes

    @classmethod
    def empty(cls) -> Self:
        """What is left when the key was shredded."""
        return cls(headers={}, query={}, method="", url="", body=b"")


class StoredRecord(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The document. ``due`` is the partition while the record is pending, -1 while it is
    quarantined, else absent.
    """

    id: JournalId = field(name="_id")
    inbox_id: str
    channel: str
    transport: Transport
    received_at: datetime
    partition: int
    due: int | None = None
    sealed: bytes
    size: int
    blob: str | None = None  # SHA-256 of the sealed bytes when they are too large for a document
    request_id: str
    state: State
    attempts: int
    reason: str | None = None
    retry_at: datetime
    v: int = 1

    def opened(self, content: Content) -> JournalRecord:
        """Together with what was sealed."""
        return JournalRecord(
            id=self.id,
            inbox_id=self.inbox_id,
            channel=self.channel,
            transport=self.transport,
            received_at=self.received_at,
            partition=self.partition,
            headers=dict(content.headers),
            query=dict(content.query),
            method=content.method,
            url=content.url,
            body=content.body,
            blob=self.blob,
            request_id=self.request_id,
            state=self.state,
            attempts=self.attempts,
            reason=self.reason,
            retry_at=self.retry_at,
        )
