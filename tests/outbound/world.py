"""One inbox with a customer who wrote, on the real stores, wired as bootstrap does it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import msgspec

from connectors.contract import InboxId, Sender
from connectors.manifest import Limits, Manifest
from normalizer.model import (
    AgentId,
    Author,
    ContactId,
    ConversationId,
    MailFacts,
    Message,
    MessageId,
    TicketId,
)
from outbound.amend import Amender
from outbound.automatic.leaving import LeavingLinks
from outbound.clock import DatabaseClock
from outbound.compose import Composer
from outbound.deliver import Deliverer
from outbound.file_links import FileLinks
from outbound.indexes import INDEXES
from outbound.model import Outlet, Pending, Reply
from outbound.receipts import Receipts
from outbound.settler import Settler
from outbound.store import OutboundStore
from outbound.suppression.handlers import Suppressions
from outbound.throttle import Throttle
from storage.blobs import Blobs
from storage.buckets import TokenBuckets
from storage.events import Event
from storage.mongo import Mongo
from ticketing.model import Conversation, Inbox, Ticket
from ticketing.permissions import Viewer
from ticketing.reply_tokens import ReplyTokens

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
MIRA = Viewer(agent_id=AgentId("mira"), name="Mira Okafor", role="agent", inbox_ids=None)
TICKET = TicketId("ticket")
SMS = Manifest(
    id="sms",
    name="SMS",
    family="tel",
    transports=("webhook",),
    tier="bronze",
    docs="",
    capabilities=("reply", "media_out"),
    receipts=("sent", "delivered", "failed"),
    limits=Limits(max_chars=1600),
)
MAIL = Manifest(
    id="email",
    name="Email",
    family="mailto",
    transports=("smtp",),
    tier="bronze",
    docs="",
    capabilities=("reply", "html", "subject", "cc", "media_out"),
    receipts=("failed",),
)
ADDRESS = {"sms": "+14155550100", "email": "support@halden.example"}
CUSTOMER = {"sms": "tel:+14155550123", "email": "mailto:ines@customer.example"}


class Bell:
    """Keeps what was rung; the tests are the worker."""

    def __init__(self) -> None:
        self.rung: list[tuple[str, tuple[object, ...], float]] = []
        self.heard = asyncio.Event()

    async def enqueue(self, job_name: str, *args: object, defer_by: float = 0) -> bool:
        """Noted."""
        self.heard.set()
        self.rung.append((job_name, args, defer_by))
        return True

    async def call(self, job_name: str, names: Sequence[str]) -> None:
        """Noted."""
        self.heard.set()
        self.rung.extend((job_name, (name,), 0) for name in names)

    async def wake(self, job_name: str) -> None:
        """Noted."""
        self.rung.append((job_name, (), 0))


class World:
    """All of outbound over one database."""

    def __init__(self, mongo: Mongo, redis_url: str, sender: Sender | None, manifest: Manifest):
        self.mongo = mongo
        self.manifest = manifest
        self.sender = sender
        self.bell = Bell()
        self.told: list[Event] = []
        self.blobs = Blobs(mongo)
        self.store = OutboundStore(mongo)
        self.clock = DatabaseClock(mongo)
        self.buckets = TokenBuckets(redis_url)
        self.tokens = ReplyTokens([b"k" * 32])
        self.suppressions = Suppressions(mongo, timedelta(days=30))
        self.receipts = Receipts(self.store, self.suppressions)
        self.inbox = _inbox(manifest)
        self.composer = Composer(
            store=self.store,
            outlets=self,
            reply_tokens=self.tokens,
            suppressions=self.suppressions,
            leaving=LeavingLinks([b"k" * 32], "https://desk.example"),
            blobs=self.blobs,
            clock=self.clock,
            bell=self.bell,
            offer=self.told.extend,
        )
        self.amender = Amender(store=self.store, clock=self.clock, bell=self.bell)
        self.worker = self.new_worker()

    async def outlet(self, inbox_id: InboxId) -> Outlet | None:
        """The port: one inbox."""
        if inbox_id != self.inbox.id:
            return None
        return Outlet(inbox=self.inbox, manifest=self.manifest, sender=self.sender)

    async def own(self) -> frozenset[str]:
        """The port: our address."""
        return frozenset({self.inbox.address})

    def new_worker(self, settler: Settler | None = None) -> Deliverer:
        """Another process would have its own."""
        return Deliverer(
            store=self.store,
            settler=settler or Settler(self.store, self.suppressions, self.bell, self.told.extend),
            outlets=self,
            blobs=self.blobs,
            links=FileLinks((b"k" * 32,), "https://desk.example"),
            throttle=Throttle(self.buckets),
            suppressions=self.suppressions,
            clock=self.clock,
            bell=self.bell,
            chance=lambda: 0.5,
        )

    def undo_window(self, seconds: int) -> None:
        """The inbox's undo time."""
        self.inbox = msgspec.structs.replace(self.inbox, undo_s=seconds)

    async def seed(self, name: str = "conv") -> ConversationId:
        """A ticket with one conversation and one inbound message."""
        for index in INDEXES:
            await index.ensure(self.mongo)
        if await self.store.ticket(TICKET) is None:
            await self.mongo.collection("tickets", Ticket).insert(_ticket(self.inbox))
        conversation = _conversation(self.inbox, ConversationId(name), CUSTOMER[self.manifest.id])
        await self.mongo.collection("conversations", Conversation).insert(conversation)
        await self.mongo.collection("messages", Message).insert(inbound(conversation, "first"))
        return conversation.id

    async def say(self, words: str, conversation: str = "conv", **more: object) -> Message:
        """Mira replies."""
        fields: dict[str, object] = {
            "ticket_id": TICKET,
            "conversation_id": conversation,
            "idempotency_key": f"key {words}",
            "text": words,
        } | more
        return await self.composer.send_reply(
            MIRA, msgspec.convert(fields, Reply), await self.clock.now()
        )

    async def state(self, message: Message) -> str:
        """Where its delivery stands."""
        stored = await self.message(message)
        return stored.delivery.state if stored.delivery else ""

    async def pending(self, message: Message) -> Pending:
        """Its place in the queue."""
        queue = await self.store.unfinished(message.conversation_id)
        return next(one for one in queue if one.id == message.id)

    async def message(self, message: Message) -> Message:
        """As stored now."""
        stored = await self.store.message(message.id)
        assert stored is not None
        return stored

    async def ticket(self) -> Ticket:
        """As stored now."""
        stored = await self.store.ticket(TICKET)
        assert stored is not None
        return stored

    async def moves(self, message: Message) -> list[str]:
        """Delivery states that events tell of, in order."""
        found = await self.mongo.collection("events", Event).find(
            {"ticket_id": TICKET}, sort=[("at", 1)], limit=200
        )
        return [
            change.after or ""
            for event in found
            for change in event.changes
            if event.message_id == message.id and change.field == "delivery"
        ]

    async def pass_time(self, message: Message, seconds: float) -> None:
        """As if the message had waited: what is due moves into the past."""
        stored = await self.message(message)
        assert stored.delivery is not None
        assert stored.delivery.due_at is not None
        due = stored.delivery.due_at - timedelta(seconds=seconds)
        await self.mongo.db["outbox"].update_one(
            {"_id": message.id}, {"$set": {"delivery.due_at": due}}
        )


def inbound(conversation: Conversation, name: str, at: datetime = NOW) -> Message:
    """What the customer wrote."""
    is_mail = conversation.channel == "email"
    return Message(
        id=MessageId(f"{conversation.id}-{name}"),
        inbox_id=conversation.inbox_id,
        channel=conversation.channel,
        conversation_id=conversation.id,
        ticket_id=conversation.ticket_id,
        direction="in",
        author=Author(kind="contact", name="Ines Duarte", address="ines@customer.example"),
        occurred_at=at,
        received_at=at,
        text="Where is my tent?",
        native_id=f"{name}@customer.example",
        mail=MailFacts(message_id=f"{name}@customer.example", references=("root@customer.example",))
        if is_mail
        else None,
    )


def _inbox(manifest: Manifest) -> Inbox:
    return Inbox(
        id=InboxId("inbox"),
        version=1,
        channel=manifest.id,
        name="Support",
        address=ADDRESS[manifest.id],
        undo_s=0,
        created_at=NOW,
        updated_at=NOW,
    )


def _conversation(inbox: Inbox, id: ConversationId, recipient: str) -> Conversation:
    return Conversation(
        id=id,
        version=1,
        inbox_id=inbox.id,
        channel=inbox.channel,
        thread_key=f"thread-{id}",
        open_key=f"{inbox.id}|thread-{id}",
        ticket_id=TICKET,
        contact_id=ContactId("ines"),
        recipient=recipient,
        subject="Tent pole missing",
        last_in_at=NOW,
        created_at=NOW,
        updated_at=NOW,
    )


def _ticket(inbox: Inbox) -> Ticket:
    return Ticket(
        id=TICKET,
        version=1,
        number=1042,
        subject="Tent pole missing",
        status="new",
        open=True,
        priority="normal",
        assignee_id="",
        contact_id=ContactId("ines"),
        inbox_id=inbox.id,
        inbox_ids=(inbox.id,),
        channel=inbox.channel,
        created_at=NOW,
        updated_at=NOW,
        activity_at=NOW,
        last_in_at=NOW,
        waiting_since=NOW,
    )


@asynccontextmanager
async def opened(
    mongo: Mongo, redis_url: str, sender: Sender, manifest: Manifest
) -> AsyncIterator[World]:
    """A world with its customer's first message; its connections end with it."""
    world = World(mongo, redis_url, sender, manifest)
    await world.seed()
    try:
        yield world
    finally:
        await world.worker.close(1)
        await world.buckets.close()
