"""The reads and writes of a batch: a handful of round trips, whatever its size."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from connectors.contract import InboxId
from connectors.events import MembershipChanged
from normalizer.model import ConversationId, Draft, Message, MessageId
from storage.collection import Collection
from storage.events import Event, EventId
from storage.joined import Lookup, read_joined
from storage.mongo import Session
from storage.writes import Writes
from ticketing.ingest.book import Book
from ticketing.ingest.clues import answered_ids, hook_of
from ticketing.ingest.evidence import (
    bounced_message_of,
    early_key,
    gather,
    open_keys,
    token_of,
)
from ticketing.ingest.membership import told_of
from ticketing.ingest.model import Parked, Reference, Unit, native_key, open_key
from ticketing.ingest.plan import message_id_of
from ticketing.model import Contact, Conversation, Inbox, Ticket
from ticketing.people.identity import keys_of, proven
from ticketing.reply_tokens import ReplyTokens
from ticketing.store import Collections
from ticketing.threading import decide

REFERENCE_FIELDS = {
    name: 1
    for name in (
        "inbox_id",
        "native_id",
        "direction",
        "ticket_id",
        "conversation_id",
        "author",
        "mail.to",
        "mail.cc",
        "envelope.to",
        "envelope.cc",
    )
}
MAX_MERGES = 20
MAX_ELSEWHERE = 20
FEW = 4  # drafts whose keys are looked up by one command


class IngestStore:
    """``prefetch`` fills a book inside the transaction, ``write`` stores what changed in it."""

    def __init__(self, collections: Collections, reply_tokens: ReplyTokens) -> None:
        self._in = collections
        self._tokens = reply_tokens
        self.parked: Collection[Parked] = collections.mongo.collection("parked_changes", Parked)
        self._events = collections.mongo.collection("events", Event)

    async def prefetch(self, session: Session, units: Sequence[Unit], book: Book) -> None:
        """Read everything that the units' drafts and changes may touch."""
        drafts = [draft for unit in units for draft in unit.drafts]
        if drafts:
            drafts = await self._by_keys(session, drafts, book)
        if drafts:
            await self._references(session, drafts, book)
        await self._spoken_of(session, units, book)
        present = await self._present(session, units, book)
        if drafts or book.spoken_of or present:
            await self._places(session, drafts, book)
        if present:
            await self._told_before(session, units, book)
        inboxes = {unit.line.inbox.id: unit.line.inbox for unit in units}
        await self._elsewhere(session, drafts, inboxes, book)
        await self._merged(session, book)

    async def _by_keys(self, session: Session, drafts: Sequence[Draft], book: Book) -> list[Draft]:
        """What the drafts' own keys name; those of the drafts that are not stored yet."""
        if len(drafts) <= FEW and await self._in.mongo.may_join_reads():
            await self._joined(session, drafts, book)
            return _unknown(drafts, book)
        await self._known(session, drafts, book)
        if drafts := _unknown(drafts, book):
            await self._parked(session, drafts, book)
            await self._people(session, drafts, book)
            await self._threads(session, drafts, book)
        return list(drafts)

    async def _joined(self, session: Session, drafts: Sequence[Draft], book: Book) -> None:
        """``_known``, ``_parked``, ``_people`` and ``_threads`` in one command, and the threads'
        tickets.
        """
        stored = self._in
        asked: dict[str, Sequence[str]] = {
            "ids": [message_id_of(draft) for draft in drafts],
            "natives": _native_keys(drafts),
            "points": _points(drafts),
            "opens": _open_keys(drafts),
        }
        lookups = (
            Lookup(name="known", collection=stored.messages, key="_id", by="ids", ids_only=True),
            Lookup(name="parked", collection=self.parked, key="key", by="natives", ids_only=True),
            Lookup(name="people", collection=stored.contacts, key="point_keys", by="points"),
            Lookup(name="threads", collection=stored.conversations, key="open_key", by="opens"),
            Lookup(name="tickets", collection=stored.tickets, key="_id", by="threads.ticket_id"),
        )
        found = await read_joined(stored.mongo, session, asked, lookups)
        book.known.update(MessageId(one["_id"]) for one in found["known"])
        if found["parked"]:  # rare, and together they may be more than one answer holds
            await self._parked(session, drafts, book)
        _meet((stored.contacts.decode(one) for one in found["people"]), book)
        _shelve((stored.conversations.decode(one) for one in found["threads"]), book)
        _pin((stored.tickets.decode(one) for one in found["tickets"]), book)

    async def _known(self, session: Session, drafts: Sequence[Draft], book: Book) -> None:
        ids = [message_id_of(draft) for draft in drafts]
        cursor = self._in.messages.raw.find({"_id": {"$in": ids}}, {"_id": 1}, session=session)
        book.known.update(MessageId(found["_id"]) for found in await cursor.to_list(len(ids)))

    async def _parked(self, session: Session, drafts: Sequence[Draft], book: Book) -> None:
        if keys := _native_keys(drafts):
            where = {"key": {"$in": keys}}
            _put_aside(await self.parked.find(where, limit=2_000, session=session), book)

    async def _references(self, session: Session, drafts: Sequence[Draft], book: Book) -> None:
        wanted: dict[InboxId, dict[str, None]] = defaultdict(dict)
        sent: list[MessageId] = []
        for draft in drafts:
            wanted[draft.inbox_id].update(dict.fromkeys(_referenced(draft)))
            if draft.mail and open_key(draft.inbox_id, draft.native_id) in book.by_open_key:
                wanted[draft.inbox_id][draft.native_id] = None  # its answers, or the mail itself
            if bounced := bounced_message_of(draft, self._tokens):
                sent.append(bounced)
        for inbox_id, ids in wanted.items():
            if ids:
                where = {"inbox_id": inbox_id, "native_id": {"$in": list(ids)}}
                for found in await self._slim(session, where, 2 * len(ids)):
                    book.references[native_key(inbox_id, found.native_id)] = found
        if sent:
            for found in await self._slim(session, {"_id": {"$in": sent}}, len(sent)):
                book.bounced[found.id] = found

    async def _slim(
        self, session: Session, where: Mapping[str, Any], limit: int
    ) -> list[Reference]:
        cursor = self._in.messages.raw.find(where, REFERENCE_FIELDS, session=session, limit=limit)
        return [msgspec.convert(found, Reference) for found in await cursor.to_list(limit)]

    async def _spoken_of(self, session: Session, units: Sequence[Unit], book: Book) -> None:
        wanted: dict[InboxId, list[str]] = defaultdict(list)
        for unit in units:
            wanted[unit.line.inbox.id].extend(change.native_id for change in unit.changes)
        for inbox_id, ids in wanted.items():
            wheres: list[dict[str, Any]] = [{"inbox_id": inbox_id, "native_id": {"$in": ids}}]
            # one by one: the embedded server reads no partial index for $in
            wheres += [{"delivery.native_ids": id} for id in dict.fromkeys(ids)]
            for where in wheres if ids else ():
                for message in await self._in.messages.find(where, limit=500, session=session):
                    for native_id in _native_ids(message):
                        book.spoken_of[native_key(message.inbox_id, native_id)] = message

    async def _people(self, session: Session, drafts: Sequence[Draft], book: Book) -> None:
        keys = _points(drafts)
        where = {"point_keys": {"$in": keys}}
        _meet(await self._in.contacts.find(where, limit=4 * len(keys), session=session), book)

    async def _threads(self, session: Session, drafts: Sequence[Draft], book: Book) -> None:
        keys = _open_keys(drafts)
        where = {"open_key": {"$in": keys}}
        _shelve(await self._in.conversations.find(where, limit=len(keys), session=session), book)

    async def _present(self, session: Session, units: Sequence[Unit], book: Book) -> bool:
        """The open threads that somebody joined or left; whether there are any."""
        keys = {
            open_key(unit.line.inbox.id, one.thread_key)
            for unit in units
            for one in unit.memberships
        }
        if missing := sorted(key for key in keys if key not in book.by_open_key):
            where = {"open_key": {"$in": missing}}
            found = await self._in.conversations.find(where, limit=len(missing), session=session)
            _shelve(found, book)
        return not keys.isdisjoint(book.by_open_key)

    async def _told_before(self, session: Session, units: Sequence[Unit], book: Book) -> None:
        told = [
            event.id
            for unit in units
            for one in unit.memberships
            if (event := told_of(one, unit.line.inbox, book)) is not None
        ]
        found = self._events.raw.find({"_id": {"$in": told}}, {"_id": 1}, session=session)
        book.told_before.update(EventId(one["_id"]) for one in await found.to_list(len(told)))

    async def _places(self, session: Session, drafts: Sequence[Draft], book: Book) -> None:
        await self._conversations(session, book)
        wanted = {c.ticket_id for c in book.conversations}
        wanted.update(message.ticket_id for message in book.spoken_of.values())
        wanted = {id for id in wanted if id not in book.tickets}
        numbers = list(self._numbers(drafts))
        if wanted:
            await self._read_tickets(session, {"_id": {"$in": list(wanted)}}, book)
        if numbers:
            await self._read_tickets(session, {"number": {"$in": numbers}}, book)
            await self._merged(session, book)  # who took part is asked of the target
            await self._gathered(session, book)
        await self._merged(session, book)

    async def _conversations(self, session: Session, book: Book) -> None:
        """Those that references name, and everybody who has a conversation in the book."""
        named = {r.conversation_id for r in (*book.references.values(), *book.bounced.values())}
        ids = [id for id in named if id not in book.conversations]
        if ids:
            found = await self._in.conversations.by_ids(ids, session=session)
            _shelve(found.values(), book)
        await self._their_contacts(session, book)

    async def _their_contacts(self, session: Session, book: Book) -> None:
        missing = {c.contact_id for c in book.conversations if c.contact_id not in book.contacts}
        book.contacts.read((await self._in.contacts.by_ids(missing, session=session)).values())

    async def _gathered(self, session: Session, book: Book) -> None:
        """The conversations of tickets found by number: one of them may take the message."""
        ids = [ticket.id for ticket in book.tickets]
        where = {"ticket_id": {"$in": ids}}
        _shelve(await self._in.conversations.find(where, limit=500, session=session), book)
        await self._their_contacts(session, book)

    def _numbers(self, drafts: Iterable[Draft]) -> set[int]:
        hits = (token_of(draft, self._tokens) for draft in drafts)
        hooks = (hook_of(draft) for draft in drafts)
        return {hit.number for hit in hits if hit} | {hook for hook in hooks if hook is not None}

    def _placed(self, draft: Draft, inbox: Inbox, book: Book) -> bool:
        """Whether an earlier rule decides, so that the last but one need not be asked."""
        return decide(gather(draft, book, self._tokens), inbox).ticket_id is not None

    async def _elsewhere(
        self,
        session: Session,
        drafts: Sequence[Draft],
        inboxes: Mapping[InboxId, Inbox],
        book: Book,
    ) -> None:
        """Open tickets of people who begin a conversation (rule 5)."""
        starting = {
            contact.id
            for draft in drafts
            if not self._placed(draft, inboxes[draft.inbox_id], book)
            and (contact := book.contact_of(keys_of(proven(draft.senders))))
        }
        if starting:
            where = {"contact_id": {"$in": list(starting)}, "open": True}
            limit = MAX_ELSEWHERE * len(starting)
            book.tickets.read(await self._in.tickets.find(where, limit=limit, session=session))

    async def _read_tickets(self, session: Session, where: Mapping[str, Any], book: Book) -> None:
        _pin(await self._in.tickets.find(where, limit=2_000, session=session), book)

    async def _merged(self, session: Session, book: Book) -> None:
        for _ in range(MAX_MERGES):
            missing = {
                ticket.merged_into
                for ticket in book.tickets
                if ticket.merged_into and ticket.merged_into not in book.tickets
            }
            if not missing:
                return
            await self._read_tickets(session, {"_id": {"$in": list(missing)}}, book)

    async def echo_places(
        self, session: Session, echoes: Sequence[Draft]
    ) -> dict[MessageId, tuple[Draft, ConversationId | None]]:
        """Echoes not stored yet, each with the open conversation that it belongs to."""
        book = Book(())
        await self._known(session, echoes, book)
        keys = [key for draft in echoes for key in open_keys(draft)]
        where = {"open_key": {"$in": keys}}
        _shelve(await self._in.conversations.find(where, limit=len(keys), session=session), book)
        return {
            message_id_of(draft): (draft, _first(book.by_open_key, open_keys(draft)))
            for draft in echoes
            if message_id_of(draft) not in book.known
        }

    async def move_thread(
        self, session: Session, inbox_id: InboxId, move: MembershipChanged
    ) -> None:
        """The open conversation follows its thread. Where the new thread has one already (somebody
        wrote there before we heard of the move), both stay.
        """
        old, new = (open_key(inbox_id, key) for key in (move.thread_key, move.moved_to))
        where = {"open_key": {"$in": [old, new]}}
        found = await self._in.conversations.find(where, limit=2, session=session)
        if [one.open_key for one in found] == [old]:
            change = {"thread_key": move.moved_to, "open_key": new}
            await self._in.conversations.update(
                {"_id": found[0].id, "version": found[0].version},
                {"$set": change, "$inc": {"version": 1}},
                session=session,
            )

    def write(self, writes: Writes, book: Book) -> None:
        """Changed records before new ones: a released open key must be free when it is taken."""
        stored = self._in
        writes.replace(stored.contacts, book.contacts.changed())
        writes.insert(stored.contacts, book.contacts.new())
        writes.replace(stored.conversations, book.conversations.changed())
        writes.insert(stored.conversations, book.conversations.new())
        writes.replace(stored.tickets, book.tickets.changed())
        writes.insert(stored.tickets, book.tickets.new())
        writes.insert(stored.messages, book.inserted.values())
        writes.replace(stored.messages, book.updated.values())
        for source, target in book.moves:
            where, moved = {"ticket_id": source}, {"$set": {"ticket_id": target}}
            writes.update_many(stored.messages, where, moved)
            writes.update_many(stored.conversations, where, {**moved, "$inc": {"version": 1}})
        staying = [item for item in book.parking if item.id not in book.unparked]
        writes.replace(self.parked, staying)
        if book.unparked:
            writes.delete(self.parked, {"_id": {"$in": book.unparked}})


def _unknown(drafts: Sequence[Draft], book: Book) -> list[Draft]:
    return [draft for draft in drafts if message_id_of(draft) not in book.known]


def _native_keys(drafts: Sequence[Draft]) -> list[str]:
    return [native_key(draft.inbox_id, draft.native_id) for draft in drafts if draft.native_id]


def _points(drafts: Sequence[Draft]) -> list[str]:
    return list(dict.fromkeys(key for d in drafts for key in keys_of(proven(d.senders))))


def _open_keys(drafts: Sequence[Draft]) -> list[str]:
    wanted = (key for draft in drafts for key in (*open_keys(draft), early_key(draft)))
    return list(dict.fromkeys(filter(None, wanted)))


def _referenced(draft: Draft) -> tuple[str, ...]:
    bounced = (draft.bounce.original_message_id,) if draft.bounce else ()
    return tuple(filter(None, (*answered_ids(draft), *bounced)))


def _native_ids(message: Message) -> tuple[str, ...]:
    pieces = message.delivery.native_ids if message.delivery else ()
    return tuple(dict.fromkeys(filter(None, (message.native_id, *pieces))))


def _put_aside(found: Iterable[Parked], book: Book) -> None:
    for parked in found:
        book.parked.setdefault(parked.key, []).append(parked)


def _meet(found: Iterable[Contact], book: Book) -> None:
    for contact in found:
        book.contacts.read([contact])
        for key in contact.point_keys:
            book.by_point[key] = contact.id


def _pin(found: Iterable[Ticket], book: Book) -> None:
    for ticket in found:
        book.tickets.read([ticket])
        book.by_number[ticket.number] = ticket.id


def _shelve(found: Iterable[Conversation], book: Book) -> None:
    for conversation in found:
        book.conversations.read([conversation])
        book.by_open_key.setdefault(conversation.open_key, conversation.id)


def _first(ids: Mapping[str, ConversationId], keys: Iterable[str]) -> ConversationId | None:
    return next((ids[key] for key in keys if key in ids), None)
