"""A small site: two inboxes, originals in the journal, an attachment, events."""

from datetime import UTC, datetime, timedelta

from archive.export import export
from archive.indexes import INDEXES
from archive.model import Exported, Scope
from connectors.contract import InboxId
from normalizer.model import (
    Author,
    ContactId,
    ConversationId,
    File,
    Message,
    MessageId,
    TicketId,
)
from storage.blobs import Blobs
from storage.doorbell import Doorbell
from storage.events import Actor, Event, event_id
from storage.journal import Journal, NewRecord
from storage.keyring import KeyRing
from storage.mongo import Mongo
from ticketing.model import Contact, ContactPoint, Conversation, Ticket

START = datetime(2026, 11, 1, tzinfo=UTC)
ALL = Scope(since=START, until=START + timedelta(days=30))
WORDS = "帐篷杆少了一根 — one tent pole is missing"


class Site:
    """Writes records as ingest does, without threading."""

    def __init__(self, mongo: Mongo, redis_url: str) -> None:
        self.mongo = mongo
        self.blobs = Blobs(mongo)
        self.doorbell = Doorbell(redis_url)
        self.journal = Journal(mongo, KeyRing([b"k" * 32]), self.blobs, self.doorbell)

    async def fill(self, count: int = 5) -> None:
        """``count`` messages, alternately of two inboxes, one a minute."""
        for index in INDEXES:
            await index.ensure(self.mongo)
        await self.mongo.collection("contacts", Contact).insert(_contact())
        for inbox in ("mail", "chat"):
            await self.mongo.collection("tickets", Ticket).insert(_ticket(inbox))
            await self.mongo.collection("conversations", Conversation).insert(_conversation(inbox))
        for n in range(count):
            await self.receive(n, ("mail", "chat")[n % 2], START + timedelta(minutes=n))

    async def receive(self, n: int, inbox: str, at: datetime) -> Message:
        """One message, its original, its attachment and its event."""
        record = NewRecord(
            inbox_id=inbox,
            channel=inbox,
            transport="webhook",
            received_at=at,
            request_id=f"r{n}",
            body=f"raw {n} {WORDS}".encode(),
            headers={"content-type": "text/plain"},
        )
        journal_id = await self.journal.append(record)
        ref = await self.blobs.put(f"photo {n % 2}".encode())
        message = _message(n, inbox, at, journal_id, ref.sha256)
        await self.mongo.collection("messages", Message).insert(message)
        older = {"$set": {"tokens": ["tent"]}}  # as sites before migration 280 kept words
        await self.mongo.collection("messages", Message).update({"_id": message.id}, older)
        await self.mongo.collection("events", Event).insert(_event(message))
        return message

    async def export(self, out, scope: Scope = ALL, **more) -> Exported:
        """With this site's stores."""
        return await export(
            self.mongo, self.blobs, self.journal, out, scope, tool="parley test", now=START, **more
        )

    async def close(self) -> None:
        """Let go of the stores."""
        await self.journal.close()
        await self.doorbell.close()


def _message(n: int, inbox: str, at: datetime, journal_id: str, sha256: str) -> Message:
    return Message(
        id=MessageId(f"m{n:04d}"),
        inbox_id=InboxId(inbox),
        channel=inbox,
        conversation_id=ConversationId(f"c-{inbox}"),
        ticket_id=TicketId(f"t-{inbox}"),
        direction="in",
        author=Author(kind="contact", name="Ines Duarte"),
        occurred_at=at,
        received_at=at,
        journal_id=journal_id,
        text=f"{WORDS} {n}",
        files=(
            File(id="f", kind="image", name="a.jpg", media_type="image/jpeg", sha256=sha256),
            File(id="g", kind="image", name="b.jpg", media_type="image/jpeg", state="pending"),
        ),
    )


def _event(message: Message) -> Event:
    return Event(
        id=event_id(message.id, "message.received", "test"),
        kind="message.received",
        ticket_id=message.ticket_id,
        message_id=message.id,
        inbox_id=message.inbox_id,
        actor=Actor(kind="contact", id="ines"),
        at=message.received_at,
    )


def _contact() -> Contact:
    point = ContactPoint(key="tel:+1", family="tel", value="+1")
    return Contact(
        id=ContactId("ines"),
        version=1,
        name="Ines Duarte",
        points=(point,),
        point_keys=(point.key,),
        created_at=START,
        updated_at=START,
    )


def _conversation(inbox: str) -> Conversation:
    return Conversation(
        id=ConversationId(f"c-{inbox}"),
        version=1,
        inbox_id=InboxId(inbox),
        channel=inbox,
        thread_key="k",
        open_key=f"{inbox}|k",
        ticket_id=TicketId(f"t-{inbox}"),
        contact_id=ContactId("ines"),
        recipient="tel:+1",
        created_at=START,
        updated_at=START,
    )


def _ticket(inbox: str) -> Ticket:
    return Ticket(
        id=TicketId(f"t-{inbox}"),
        version=1,
        number=1 if inbox == "mail" else 2,
        subject="Tent pole",
        status="open",
        open=True,
        priority="normal",
        assignee_id="",
        contact_id=ContactId("ines"),
        inbox_id=InboxId(inbox),
        inbox_ids=(InboxId(inbox),),
        channel=inbox,
        created_at=START,
        updated_at=START,
        activity_at=START,
    )
