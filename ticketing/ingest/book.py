"""Everything that one batch reads and changes, in memory: the transaction writes it at the end.

Later messages of a batch see what earlier ones made, so a batch behaves like its messages alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Generic, TypeVar

from msgspec.structs import replace

from connectors.contract import InboxId
from normalizer.model import ContactId, ConversationId, Message, MessageId, TicketId
from storage.events import Event, EventId
from ticketing.catalogue.model import BUILT_IN, Catalogue
from ticketing.ingest.model import Parked, Reference, native_key
from ticketing.model import Contact, Conversation, Ticket
from ticketing.people.identity import brings
from ticketing.people.model import OrganisationId

NOBODYS: Mapping[str, OrganisationId] = MappingProxyType({})
VersionedT = TypeVar("VersionedT", Contact, Conversation, Ticket)


class Shelf(Generic[VersionedT]):
    """Records of one kind: as read, as they are now, and which of them are new or changed."""

    def __init__(self) -> None:
        self._now: dict[str, VersionedT] = {}
        self._read_version: dict[str, int] = {}
        self._touched: dict[str, None] = {}

    def read(self, records: Iterable[VersionedT]) -> None:
        """Put what the database holds; what this batch already changed stays."""
        for record in records:
            if record.id not in self._now:
                self._now[record.id] = record
                self._read_version[record.id] = record.version

    def get(self, id: str) -> VersionedT | None:
        """The record as it is now."""
        return self._now.get(id)

    def __getitem__(self, id: str) -> VersionedT:
        return self._now[id]

    def __contains__(self, id: str) -> bool:
        return id in self._now

    def __iter__(self) -> Iterator[VersionedT]:
        return iter(tuple(self._now.values()))

    def put(self, record: VersionedT) -> VersionedT:
        """A new or changed record; its version grows by one however often it changes."""
        version = self._read_version.get(record.id, 0) + 1
        kept = record if record.version == version else replace(record, version=version)
        self._now[record.id] = kept
        self._touched[record.id] = None
        return kept

    def new(self) -> list[VersionedT]:
        """What the database does not have yet."""
        return [self._now[id] for id in self._touched if id not in self._read_version]

    def changed(self) -> list[VersionedT]:
        """What it has in an older version."""
        return [self._now[id] for id in self._touched if id in self._read_version]


class Book:
    """The state of a batch. ``numbers`` are free ticket numbers, taken outside the transaction,
    ``organisations`` are by mail domain; the ``catalogue`` says how tickets begin and move.
    """

    def __init__(
        self,
        numbers: Iterable[int],
        organisations: Mapping[str, OrganisationId] = NOBODYS,
        catalogue: Catalogue = BUILT_IN,
    ) -> None:
        self.catalogue = catalogue
        self.organisations = organisations
        self.contacts: Shelf[Contact] = Shelf()
        self.conversations: Shelf[Conversation] = Shelf()
        self.tickets: Shelf[Ticket] = Shelf()
        self.known: set[MessageId] = set()
        self.references: dict[str, Reference] = {}
        self.bounced: dict[MessageId, Reference] = {}
        self.by_open_key: dict[str, ConversationId] = {}
        self.by_point: dict[str, ContactId] = {}
        self.by_number: dict[int, TicketId] = {}
        self.spoken_of: dict[str, Message] = {}
        self.parked: dict[str, list[Parked]] = {}
        self.inserted: dict[MessageId, Message] = {}
        self.updated: dict[MessageId, Message] = {}
        self.parking: list[Parked] = []
        self.unparked: list[str] = []
        self.moves: list[tuple[TicketId, TicketId]] = []
        self.events: list[Event] = []
        self.told: list[Event] = []  # stored by others in the same transaction
        self.told_before: set[EventId] = set()  # events that need no second telling
        self.duplicates = 0
        self._numbers = iter(numbers)
        self.numbers_used = 0

    def next_number(self) -> int:
        """A number that no other ticket has."""
        self.numbers_used += 1
        return next(self._numbers)

    def put_contact(self, contact: Contact) -> Contact:
        """Keep it, findable by its points."""
        for key in contact.point_keys:
            self.by_point.setdefault(key, contact.id)
        return self.contacts.put(contact)

    def put_conversation(self, conversation: Conversation) -> Conversation:
        """Keep it, findable by its open key; an older holder of the key must be put first."""
        self.by_open_key[conversation.open_key] = conversation.id
        return self.conversations.put(conversation)

    def open_conversation(self, key: str) -> Conversation | None:
        """The one that holds this open key now."""
        id = self.by_open_key.get(key)
        held = self.conversations.get(id) if id else None
        return held if held is not None and held.open_key == key else None

    def contact_of(self, keys: Iterable[str]) -> Contact | None:
        """The person that the first key is known to belong to."""
        for key in keys:
            held = self.contacts.get(self.by_point.get(key, ""))
            if held is not None and brings(held, key):
                return held
        return None

    def final_ticket(self, id: TicketId) -> Ticket | None:
        """The ticket, or the one that it was merged into at last."""
        ticket = self.tickets.get(id)
        for _ in range(20):
            if ticket is None or ticket.merged_into is None:
                return ticket
            ticket = self.tickets.get(ticket.merged_into)
        return None

    def open_elsewhere(self, contact: Contact, conversation: Conversation | None) -> list[Ticket]:
        """The person's open tickets except this conversation's, latest activity first."""
        own = conversation.ticket_id if conversation else None
        mine = [
            ticket
            for ticket in self.tickets
            if ticket.open and ticket.contact_id == contact.id and ticket.id != own
        ]
        return sorted(mine, key=lambda ticket: (ticket.activity_at, ticket.id), reverse=True)

    def conversations_of(self, ticket: Ticket, inbox_id: InboxId) -> list[Conversation]:
        """The ticket's conversations on one inbox, newest first."""
        mine = [c for c in self.conversations if c.ticket_id == ticket.id]
        fitting = [c for c in mine if c.inbox_id == inbox_id]
        return sorted(fitting, key=lambda c: (c.updated_at, c.id), reverse=True)

    def insert(self, message: Message) -> None:
        """A new message; what speaks of it later in the batch finds it."""
        self.known.add(message.id)
        self.inserted[message.id] = message
        if message.native_id:
            key = native_key(message.inbox_id, message.native_id)
            self.spoken_of[key] = message

    def update(self, message: Message) -> None:
        """A changed message, stored before or in this batch."""
        if message.native_id:
            self.spoken_of[native_key(message.inbox_id, message.native_id)] = message
        if message.id in self.inserted:
            self.inserted[message.id] = message
        else:
            self.updated[message.id] = message
