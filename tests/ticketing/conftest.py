"""A house on the real database: ingest with a chat line that takes JSON and a mail line."""

import asyncio
import itertools
from datetime import timedelta

import msgspec
import pytest

from connectors.contract import InboxId
from connectors.errors import Malformed
from connectors.events import InboundEvent, MessageReceived, Parsed, SenderTrust
from storage.blobs import Blobs
from storage.counters import Counters
from storage.events import EventLog
from storage.journal import Journal, NewRecord, partition_of
from storage.keyring import KeyRing
from tests.ticketing.builders import NOW, an_inbox
from ticketing.catalogue.reading import Catalogues
from ticketing.catalogue.store import CatalogueStore
from ticketing.handlers import Commands
from ticketing.indexes import INDEXES
from ticketing.ingest.drain import Ingest
from ticketing.ingest.model import Line
from ticketing.ingest.numbers import NumberPool
from ticketing.ingest.senders import Senders
from ticketing.merging.handlers import MergeWish, Merging
from ticketing.merging.split_handlers import Splitting
from ticketing.merging.store import MergeStore
from ticketing.permissions import Viewer
from ticketing.reading.store import ReadingStore
from ticketing.reading.tickets import TicketReading
from ticketing.reply_tokens import ReplyTokens
from ticketing.roles.current import CurrentAccess
from ticketing.roles.store import RoleStore
from ticketing.search.finding import Search
from ticketing.search.following import Follower
from ticketing.search.shelf import Shelf, ShelvedWords, holding
from ticketing.search.store import SearchStore
from ticketing.starting import Starter
from ticketing.store import Collections
from ticketing.transactions import Transactions
from ticketing.views.custom import known_site
from ticketing.views.indexes import VIEW_INDEXES
from ticketing.views.model import SavedView
from ticketing.views.saved import SavedViews

MAIL, CHAT, SMS = InboxId("inbox-mail"), InboxId("inbox-chat"), InboxId("inbox-sms")
EVENTS = msgspec.json.Decoder(list[InboundEvent])


class JsonChat:
    """Bodies are JSON lists of events, as ``msgspec`` writes them."""

    def parse(self, request):
        try:
            return Parsed(events=tuple(EVENTS.decode(request.body)))
        except msgspec.DecodeError as error:
            raise Malformed(str(error)) from error


class RawMail:
    """What the email channel does: wrap the raw bytes."""

    def parse_item(self, body, headers, received_at):
        event = MessageReceived(
            dedupe_id="",
            native_id="",
            thread_key="",
            senders=(),
            occurred_at=received_at,
            recipient=headers.get("rcpt", ""),
            mail=body,
        )
        return Parsed(events=(event,))


class SilentBell:
    def ring_soon(self, name):
        pass


class ReceiptBook:
    """Stands in for outbound, which is above: writes down what it was told."""

    def __init__(self):
        self.told = []
        self.ours = {}
        self.events = []
        self.echoed_in = []

    async def apply(self, session, inbox_id, receipts, now):
        self.told.extend((inbox_id, receipt) for receipt in receipts)
        return self.events

    async def match_echo(self, session, *, inbox_id, conversation_id, native_id, ours, text, now):
        self.echoed_in.append(conversation_id)
        return self.ours.get(native_id)


class CaughtUp:
    """The index of words as it is once everything that is stored has been indexed."""

    def __init__(self, mongo, folder):
        self._follower = Follower(SearchStore(mongo), Shelf(folder))
        self.words = ShelvedWords(Shelf(folder))
        self._folder = folder

    async def propose(self, request):
        with holding(self._folder):
            shelf = Shelf(self._folder)
            shelf.distrust(shelf.current)
            await self._follower.open()
            while await self._follower.step():
                pass
            self._follower.close()
        return await self.words.propose(request)


class House:
    def __init__(self, mongo, folder):
        self.mongo = mongo
        keyring = KeyRing([b"k" * 32])
        self.blobs = Blobs(mongo)
        self.journal = Journal(mongo, keyring, self.blobs, SilentBell())
        self.events = EventLog(mongo)
        self.tokens = ReplyTokens(keyring.derive_all("reply-token"))
        self.collections = Collections(mongo)
        self.receipts = ReceiptBook()
        self.offered = []
        self.pulled = []
        self.senders = {}
        self.called = []
        self.rung_for = asyncio.Event()
        self.organisations = {}
        self.lines = {
            MAIL: Line(
                inbox=an_inbox(),
                connector=RawMail(),
                own=frozenset({"support@halden.example", "mira@halden.example"}),
            ),
            CHAT: Line(
                inbox=an_inbox(id=CHAT, channel="chat", address="bot"), connector=JsonChat()
            ),
            SMS: Line(inbox=an_inbox(id=SMS, channel="sms", address="+1"), connector=JsonChat()),
        }
        self.catalogues = Catalogues(CatalogueStore(mongo))
        self.ingest = self.an_ingest()
        self.access = CurrentAccess(RoleStore(mongo))
        self.views = SavedViews(
            mongo.collection("saved_views", SavedView), known_site(self.catalogues, self.access)
        )
        self.reading = TicketReading(ReadingStore(self.collections), self.events, self.views)
        self.search = Search(
            ReadingStore(self.collections), CaughtUp(mongo, folder / "search"), self.reading
        )
        self.commands = Commands(
            self.collections, self.events, self.offered.extend, self.catalogues
        )
        transactions = Transactions(self.collections, self.events, self.offered.extend)
        self.merging = Merging(MergeStore(self.collections), transactions, self.catalogues.current)
        self.splitting = Splitting(
            MergeStore(self.collections), transactions, NumberPool(Counters(mongo))
        )
        self.typing = []
        self.starter = Starter(
            self.collections, self.events, NumberPool(Counters(mongo)), self.offered.extend
        )
        self.clock = (NOW + timedelta(seconds=n) for n in itertools.count())

    def an_ingest(self):
        async def line(inbox_id):
            return self.lines.get(inbox_id)

        return Ingest(
            collections=self.collections,
            journal=self.journal,
            lines=line,
            blobs=self.blobs,
            events=self.events,
            counters=Counters(self.mongo),
            reply_tokens=self.tokens,
            receipts=self.receipts,
            offer=self.offered.extend,
            pull=self.rung,
            senders=Senders(self.prove, self.call),
            organisations=self.whose_domains,
            catalogue=self.catalogues.current,
            typing=lambda inbox_id, event: self.typing.append((inbox_id, event)),
        )

    async def whose_domains(self):
        return self.organisations

    def call(self, partition):
        self.called.append(partition)
        self.rung_for.set()

    async def prove(self, record, line):
        """Nobody says anything of a sender, unless a test does."""
        found = self.senders.get(record.id) or self.senders.get("*")
        return (await found() if callable(found) else found) or SenderTrust(
            verdict="none", source="computed"
        )

    async def rung(self, cursors):
        self.pulled.extend(cursors.items())

    def set_inbox(self, inbox_id, **changes):
        line = self.lines[inbox_id]
        inbox = msgspec.structs.replace(line.inbox, **changes)
        self.lines[inbox_id] = msgspec.structs.replace(line, inbox=inbox)

    async def put(self, inbox_id, body, at=None, **headers):
        """Journal one request."""
        line = self.lines.get(inbox_id)
        return await self.journal.append(
            NewRecord(
                inbox_id=inbox_id,
                channel=line.inbox.channel if line else "gone",
                transport="smtp" if inbox_id == MAIL else "webhook",
                received_at=at or next(self.clock),
                request_id="r",
                body=body,
                headers=headers,
            )
        )

    async def events_in(self, inbox_id, *events, at=None):
        """Journal events of a chat line and drain it; received when the last of them occurred."""
        at = at or max(event.occurred_at for event in events)
        await self.put(inbox_id, msgspec.json.encode(list(events)), at)
        return await self.drain(inbox_id)

    async def mail_in(self, raw, at=None, **headers):
        await self.put(MAIL, raw, at, **headers)
        return await self.drain(MAIL)

    async def drain(self, inbox_id):
        return await self.ingest.drain(partition_of(inbox_id))

    async def join(self, viewer, source_id, target_id, now, **more):
        """One ticket into another; the target."""
        wish = MergeWish(source_ids=(source_id,), target_id=target_id, **more)
        return (await self.merging.merge(viewer, wish, now)).target

    async def tickets(self):
        found = await self.collections.tickets.find({}, limit=1000)
        return sorted(found, key=lambda ticket: ticket.number)

    async def messages(self, **where):
        found = await self.collections.messages.find(where, limit=1000)
        return sorted(found, key=lambda m: (m.occurred_at, m.sequence, m.journal_id))

    async def ticket(self, number=1):
        return await self.collections.tickets.find_one({"number": number})


@pytest.fixture
async def house(mongo, tmp_path):
    for index in (*INDEXES, *VIEW_INDEXES):
        await index.ensure(mongo)
    made = House(mongo, tmp_path)
    for line in made.lines.values():
        await made.collections.inboxes.insert(line.inbox)
    yield made
    await made.journal.close()


@pytest.fixture
def mira():
    return Viewer(agent_id="agent-mira", name="Mira Okafor", role="agent", inbox_ids=None)


@pytest.fixture
def chat_only():
    return Viewer(agent_id="agent-jun", name="Jun Park", role="agent", inbox_ids=frozenset({CHAT}))
