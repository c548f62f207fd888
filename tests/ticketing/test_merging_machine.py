"""Any order of messages, replies, notes, merges, splits and their undoing keeps the record whole.

``PARLEY_SEQUENCES`` asks for more of them than the suite runs: 10,000 take about ten minutes.
``PARLEY_STORED_SEQUENCES`` does for the real store.
"""

import asyncio
import os
from datetime import timedelta
from unittest import mock
from uuid import uuid4

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from normalizer.model import Author, Delivery, Message
from normalizer.pipeline import Context, normalise
from outbound.model import Reply
from outbound.replying import answered
from storage.counters import Counters
from storage.events import EventLog
from storage.keyring import KeyRing
from storage.mongo import Mongo
from storage.writes import Writes
from tests.ticketing.builders import NOW, an_inbox, said
from tests.ticketing.conftest import CHAT, SMS
from tests.ticketing.memory import MemoryCounters, MemoryMongo, run
from ticketing.amendments import TicketChange
from ticketing.catalogue.reading import Catalogues
from ticketing.catalogue.store import CatalogueStore
from ticketing.errors import Refused
from ticketing.handlers import Commands
from ticketing.indexes import INDEXES
from ticketing.ingest.book import Book
from ticketing.ingest.model import Line, Unit
from ticketing.ingest.numbers import NumberPool
from ticketing.ingest.plan import enter
from ticketing.ingest.store import IngestStore
from ticketing.merging.clocks import is_customers
from ticketing.merging.handlers import MergeWish, Merging
from ticketing.merging.model import SplitWish
from ticketing.merging.split_handlers import Splitting
from ticketing.merging.store import MergeStore
from ticketing.model import Agent
from ticketing.people.merging.handlers import ContactMerging
from ticketing.people.merging.store import MergeStore as PeopleMergeStore
from ticketing.people.store import PeopleStore
from ticketing.people.visibility import Visible
from ticketing.permissions import Viewer
from ticketing.reply_tokens import ReplyTokens
from ticketing.store import Collections, settle
from ticketing.transactions import Transactions

MIRA = Viewer(agent_id="agent-mira", name="Mira Okafor", role="agent", inbox_ids=None)
INBOXES = {
    CHAT: an_inbox(id=CHAT, channel="chat", address="bot"),
    SMS: an_inbox(id=SMS, channel="sms", address="+1"),
}
THREADS = [(CHAT, "a", "1"), (CHAT, "b", "2"), (SMS, "c", "3"), (SMS, "d", "1"), (CHAT, "e", "5")]
MOVED = ("ticket_id", "conversation_id")


class Site:
    """The real commands on a database; ``run`` carries a coroutine out."""

    def __init__(self, mongo, counters, run):
        self.run = run
        self.mongo = mongo
        self.collections = Collections(mongo)
        self.events = EventLog(mongo)
        self.tokens = ReplyTokens(KeyRing([b"k" * 32]).derive_all("reply-token"))
        self.numbers = NumberPool(counters)
        transactions = Transactions(self.collections, self.events, lambda _events: None)
        self.store = MergeStore(self.collections)
        self.merging = Merging(self.store, transactions, Catalogues(CatalogueStore(mongo)).current)
        self.splitting = Splitting(self.store, transactions, self.numbers)
        self.commands = Commands(self.collections, self.events, lambda _events: None)
        visible = Visible(PeopleStore(self.collections))
        self.people = ContactMerging(PeopleMergeStore(self.collections), visible, transactions)
        self.ingest_store = IngestStore(self.collections, self.tokens)
        agent = Agent(id=MIRA.agent_id, email="m@h", name="Mira", role="agent", created_at=NOW)
        run(self.collections.agents.insert(agent))

    def all(self, name):
        return self.run(getattr(self.collections, name).find({}, limit=10_000))

    def ingest(self, inbox_id, event, received_at):
        inbox = INBOXES[inbox_id]
        context = Context(
            inbox_id=inbox_id, channel=inbox.channel, address=inbox.address,
            journal_id=event.dedupe_id, received_at=received_at,
        )  # fmt: skip
        draft = normalise(event, context)
        unit = Unit(record=None, line=Line(inbox=inbox, connector=None), drafts=(draft,))

        async def work(session):
            book = Book(await self.numbers.take(1))
            await self.ingest_store.prefetch(session, [unit], book)
            enter(draft, inbox, book, self.tokens)
            writes = Writes(self.mongo, session)
            self.ingest_store.write(writes, book)
            self.events.add(writes, book.events)
            await writes.send()

        self.run(settle(self.mongo, work))

    def reply(self, ticket, conversation, id, at):
        """As ``outbound.compose`` writes it."""

        async def work(session):
            message = Message(
                id=id, inbox_id=conversation.inbox_id, channel=conversation.channel,
                conversation_id=conversation.id, ticket_id=ticket.id, direction="out",
                author=Author(kind="agent", id=MIRA.agent_id, name=MIRA.name), occurred_at=at,
                received_at=at, text=id, reply_text=id, native_id=f"native-{id}",
                delivery=Delivery(state="sent", changed_at=at),
            )  # fmt: skip
            reply = Reply(
                ticket_id=ticket.id, conversation_id=conversation.id, idempotency_key=id, text=id
            )
            await self.collections.messages.insert(message, session=session)
            after = answered(ticket, reply, message, at)
            after = msgspec.structs.replace(after, version=ticket.version + 1)
            await self.collections.tickets.replace_many([after], session=session)

        self.run(self.mongo.transaction(work))


class Record(RuleBasedStateMachine):
    """``said`` is every message as it was stored first; ``pictures`` the whole record by which
    merges are in force and how much else has happened.
    """

    def open_site(self):
        with mock.patch("ticketing.assets.referred.Blobs"):  # GridFS wants a real database
            return Site(MemoryMongo(), MemoryCounters(), run)

    @initialize()
    def begin(self):
        self.site = self.open_site()
        self.steps = 0
        self.doings = 0
        self.said = {}
        self.numbers = {}
        self.merges = {}
        self.people = {}
        self.pictures = {}
        for n in range(3):
            self.customer_writes(n, 0, None)

    def at(self, late=0):
        self.steps += 1
        return NOW + timedelta(minutes=self.steps - late)

    def live(self):
        found = [one for one in self.site.all("tickets") if one.merged_into is None]
        return sorted(found, key=lambda one: one.number)

    def pick(self, items, n):
        return items[n % len(items)]

    def wrote(self, doing=True):
        """Something happened that no undo takes back."""
        self.doings += doing
        for message in self.site.all("messages"):
            self.said.setdefault(message.id, message)

    @rule(n=st.integers(0, 4), late=st.integers(0, 30), answers=st.none() | st.integers(0, 50))
    def customer_writes(self, n, late, answers):
        inbox_id, thread, sender = self.pick(THREADS, n)
        id = f"m{len(self.said)}"
        mine = sorted(one.native_id for one in self.said.values() if one.inbox_id == inbox_id)
        more = {"reply_to": self.pick(mine, answers)} if answers is not None and mine else {}
        event = said(id, id=id, thread=thread, sender=sender, at=self.at(late), **more)
        self.site.ingest(inbox_id, event, NOW + timedelta(minutes=self.steps))
        self.wrote()

    @rule(n=st.integers(0, 9), c=st.integers(0, 9))
    def agent_replies(self, n, c):
        ticket = self.pick(self.live(), n)
        places = [one for one in self.site.all("conversations") if one.ticket_id == ticket.id]
        self.site.reply(ticket, self.pick(places, c), f"r{len(self.said)}", self.at())
        self.wrote()

    @rule(n=st.integers(0, 9))
    def agent_notes(self, n):
        ticket, key = self.pick(self.live(), n), f"key-{len(self.said)}"
        self.site.run(self.site.commands.add_note(MIRA, ticket.id, key, key, self.at()))
        self.wrote()

    @rule(n=st.integers(0, 9), status=st.sampled_from(["open", "waiting", "solved"]))
    def agent_changes(self, n, status):
        ticket = self.pick(self.live(), n)
        tags = (*ticket.tags, f"t{self.steps}")[-5:]
        change = TicketChange(tags=tags, subject=f"s{self.steps}", status=status)
        try:
            self.site.run(self.site.commands.change_ticket(MIRA, ticket.id, change, self.at()))
        except Refused:
            return
        self.wrote()

    @rule(n=st.integers(0, 9))
    def agent_reads(self, n):
        ticket = self.pick(self.live(), n)
        mark = {"_id": f"{MIRA.agent_id}|{ticket.id}", "in_count": ticket.in_count, "at": self.at()}
        reads = self.site.collections.reads
        self.site.run(reads.replace_many([reads.decode(mark)]))
        self.wrote()

    @precondition(lambda self: len(self.live()) > 1)
    @rule(order=st.permutations(range(8)), many=st.integers(1, 3), ours=st.booleans())
    def merge(self, order, many, ours):
        live = self.live()
        chosen = [live[n] for n in order if n < len(live)]
        sources, target = chosen[1:][:many], chosen[0]
        wish = MergeWish(
            source_ids=tuple(one.id for one in sources),
            target_id=target.id,
            choices={"subject": "source"} if ours else {},
        )
        done = self.site.run(self.site.merging.merge(MIRA, wish, self.at()))
        self.merges |= {one.id: one for one in done.merges}

    @rule(n=st.integers(0, 9), some=st.sets(st.integers(0, 30), min_size=1))
    def split(self, n, some):
        ticket = self.pick(self.live(), n)
        mine = sorted(one.id for one in self.site.all("messages") if one.ticket_id == ticket.id)
        ids = tuple(id for n, id in enumerate(mine) if n in some)
        if not ids or len(ids) == len(mine):
            return
        wish = SplitWish(ticket_id=ticket.id, message_ids=ids)
        done = self.site.run(self.site.splitting.split(MIRA, wish, self.at()))
        self.merges[done.merge.id] = done.merge

    @precondition(lambda self: self.merges)
    @rule(n=st.integers(0, 9))
    def undo(self, n):
        record = self.merges[self.pick(sorted(self.merges), n)]
        before = self.picture()
        try:
            self.site.run(self.site.merging.undo(MIRA, record.id, self.at()))
        except Refused as refused:
            assert "undo that first" in str(refused), refused
            assert self.picture() == before
            return
        del self.merges[record.id]

    @rule(n=st.integers(0, 9), m=st.integers(0, 9))
    def merge_people(self, n, m):
        people = [one for one in self.site.all("contacts") if one.merged_into is None]
        source, target = (self.pick(sorted(people, key=lambda one: one.id), k) for k in (n, m))
        if source.id == target.id:
            return
        done = self.site.run(self.site.people.merge(MIRA, target.id, source.id, self.at()))
        self.people[done.id] = done
        self.doings += 1

    @precondition(lambda self: self.people)
    @rule(n=st.integers(0, 9))
    def part_people(self, n):
        merge = self.people[self.pick(sorted(self.people), n)]
        try:
            self.site.run(self.site.people.undo(MIRA, merge.id, self.at()))
        except Refused:
            return
        del self.people[merge.id]
        self.doings += 1

    def picture(self):
        """Everything that an undo must give back; versions grow, and emptied tickets are dead."""
        return {
            "tickets": {
                one.number: msgspec.structs.asdict(one) | {"version": 0} for one in self.live()
            },
            "places": {
                one.id: tuple(getattr(one, name) for name in MOVED)
                for one in self.site.all("messages")
            },
            "read": {
                one.number: mark.in_count
                for one in self.live()
                if (mark := self.site.run(
                    self.site.collections.reads.get(f"{MIRA.agent_id}|{one.id}")
                )) and mark.in_count
            },
        }  # fmt: skip

    @invariant()
    def undo_is_exact(self):
        picture = self.picture()
        key = (frozenset(self.merges), self.doings)
        assert self.pictures.setdefault(key, picture) == picture

    @invariant()
    def no_message_is_lost_repeated_or_changed(self):
        stored = self.site.all("messages")
        assert {one.id for one in stored} == self.said.keys()
        for one in stored:
            first = self.said[one.id]
            kept = {name: getattr(one, name) for name in MOVED}
            assert msgspec.structs.replace(first, **kept) == one

    @invariant()
    def each_message_is_in_one_live_ticket_with_its_conversation(self):
        live = {one.id for one in self.live()}
        places = {one.id: one for one in self.site.all("conversations")}
        for one in self.site.all("messages"):
            assert one.ticket_id in live
            assert places[one.conversation_id].ticket_id == one.ticket_id
            assert places[one.conversation_id].inbox_id == one.inbox_id
        assert {one.ticket_id for one in places.values()} <= live

    @invariant()
    def each_ticket_and_conversation_is_of_somebody(self):
        people = {one.id: one for one in self.site.all("contacts")}
        for one in self.site.all("conversations"):
            assert people[one.contact_id].merged_into is None
        assert all(one.contact_id in people for one in self.site.all("tickets"))

    @invariant()
    def numbers_hold(self):
        numbers = {one.id: one.number for one in self.site.all("tickets")}
        assert len(set(numbers.values())) == len(numbers)
        assert all(numbers[id] == number for id, number in self.numbers.items())
        self.numbers = numbers

    @invariant()
    def counts_hold(self):
        messages = self.site.all("messages")
        for ticket in self.live():
            mine = [one for one in messages if one.ticket_id == ticket.id]
            came = [one for one in mine if is_customers(one)]
            assert (ticket.message_count, ticket.in_count) == (len(mine), len(came)), ticket.number
            assert set(ticket.inbox_ids) >= {one.inbox_id for one in mine}
            heard = [one.occurred_at for one in mine if one.direction == "in"]
            sent = [one.occurred_at for one in mine if one.direction == "out"]
            assert ticket.last_in_at == max(heard, default=None), ticket.number
            assert ticket.last_out_at == max(sent, default=None), ticket.number


SEQUENCES = int(os.environ.get("PARLEY_SEQUENCES", "150"))
STORED_SEQUENCES = int(os.environ.get("PARLEY_STORED_SEQUENCES", "5"))
PROFILE = settings(
    max_examples=SEQUENCES,
    stateful_step_count=20,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
)


class StoredRecord(Record):
    """The same on the real store."""

    def open_site(self):
        self.loop = asyncio.new_event_loop()
        self.mongo = self.loop.run_until_complete(self.opened())
        return Site(self.mongo, Counters(self.mongo), self.loop.run_until_complete)

    async def opened(self):
        mongo = Mongo(self.url, f"test_{uuid4().hex[:12]}")
        for index in INDEXES:
            await index.ensure(mongo)
        return mongo

    def teardown(self):
        self.loop.run_until_complete(self.mongo.client.drop_database(self.mongo.db.name))
        self.loop.run_until_complete(self.mongo.close())
        self.loop.close()


def test_the_real_store_keeps_it_too(stores):
    class OfThisRun(StoredRecord):
        url = stores.mongo_url

    run_state_machine_as_test(
        OfThisRun, settings=settings(PROFILE, max_examples=STORED_SEQUENCES, stateful_step_count=12)
    )


def test_any_order_keeps_the_record_whole():
    run_state_machine_as_test(Record, settings=PROFILE)
