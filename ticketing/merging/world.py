"""The tickets, conversations and records that one merge or its taking back touches, in memory.

What is taken back out of order is done in order here: later merges are taken back first and done
again afterwards, and only what differs at the end is written.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from connectors.contract import InboxId
from normalizer.model import AgentId, ConversationId, Message, MessageId, TicketId
from ticketing.merging.clocks import is_customers, newest, total
from ticketing.merging.model import Merge, MergeId, Place, Seen, Size, Tally
from ticketing.model import ReadMark, Ticket, read_mark_id

NOTHING = Tally()


class World:
    """``places`` say where each conversation is; ``moved`` which ones a record moved, ``chosen``
    which messages it split off.
    """

    def __init__(
        self,
        *,
        tickets: Mapping[TicketId, Ticket],
        places: Iterable[Place],
        tallies: Mapping[ConversationId, Tally],
        messages: Sequence[Message] = (),
        marks: Iterable[ReadMark] = (),
        agents: Sequence[AgentId] = (),
    ) -> None:
        self.before = dict(tickets)
        self.tickets = dict(tickets)
        places = tuple(places)
        self.stood = {place.id: place.ticket_id for place in places}
        self._inboxes = {place.id: place.inbox_id for place in places}
        self.places = dict(self.stood)
        self.records: dict[MergeId, Merge] = {}
        self.moved: dict[MergeId, frozenset[ConversationId]] = {}
        self.chosen: dict[MergeId, tuple[MessageId, ...]] = {}
        self.marks = {mark.id: mark for mark in marks}
        self.marked = dict(self.marks)
        self.agents = tuple(agents)
        self.emptied: list[ConversationId] = []
        self._tallies = dict(tallies)
        self._messages = tuple(messages)

    def of(self, id: TicketId) -> frozenset[ConversationId]:
        """The conversations of a ticket."""
        return frozenset(one for one, ticket_id in self.places.items() if ticket_id == id)

    def tally_of(self, id: TicketId) -> dict[ConversationId, Tally]:
        """A ticket's conversations that hold anything, in numbers."""
        return {one: self._tallies[one] for one in self.of(id) if one in self._tallies}

    def tallies(self, ids: Iterable[ConversationId]) -> list[Tally]:
        """What these conversations hold, in numbers."""
        return [self._tallies.get(id, NOTHING) for id in ids]

    def inboxes(self, ids: Iterable[ConversationId]) -> list[InboxId]:
        """Where these conversations are, each once."""
        return sorted({self._inboxes[id] for id in ids})

    def size(self, ids: Iterable[ConversationId]) -> Size:
        """Of these conversations together."""
        return total(self.tallies(ids))

    def news(self, ids: frozenset[ConversationId], then: Size) -> list[Message]:
        """What came to these conversations since they had that size."""
        mine = (one for one in self._messages if one.conversation_id in ids)
        return newest(mine, self.size(ids).total - then.total)

    def put(self, *tickets: Ticket) -> None:
        """As they are now."""
        self.tickets |= {one.id: one for one in tickets}

    def move(self, ids: Iterable[ConversationId], to: TicketId) -> None:
        """Conversations go over to a ticket."""
        self.places |= dict.fromkeys(ids, to)

    def seen(self, source: TicketId, target: TicketId) -> tuple[Seen, ...]:
        """How far agents have read in both."""
        found = []
        for agent in self.agents:
            mine, theirs = self.mark(agent, source), self.mark(agent, target)
            if mine is not None or theirs is not None:
                counts = (one.in_count if one else 0 for one in (mine, theirs))
                found.append(Seen(agent_id=agent, source=next(counts), target=next(counts)))
        return tuple(found)

    def mark(self, agent: AgentId, ticket: TicketId) -> ReadMark | None:
        """How far somebody has read."""
        return self.marks.get(read_mark_id(agent, ticket))

    def read(self, agent: AgentId, ticket: TicketId, in_count: int, at: datetime) -> None:
        """Somebody has seen that many inbound messages."""
        known = self.mark(agent, ticket)
        if (known.in_count if known else 0) != in_count:
            id = read_mark_id(agent, ticket)
            self.marks[id] = ReadMark(id=id, in_count=in_count, at=at)

    def part_marks(self, old: Ticket, new: Ticket, chosen: Iterable[Message]) -> None:
        """What was read stays read, on the side where it is."""
        came = [one.received_at for one in chosen if is_customers(one)]
        for agent in self.agents:
            mark = self.mark(agent, old.id)
            if mark is not None:
                seen = min(sum(1 for at in came if at <= mark.at), mark.in_count)
                self.read(agent, new.id, seen, mark.at)
                self.read(agent, old.id, mark.in_count - seen, mark.at)

    def join_marks(self, source: TicketId, target: TicketId, at: datetime) -> tuple[Seen, ...]:
        """Whoever has read both has read all; how far they had been."""
        seen = self.seen(source, target)
        for one in seen:
            self.read(one.agent_id, target, one.source + one.target, at)
        return seen

    def unread_since(self, ids: frozenset[ConversationId], then: Size, at: datetime) -> int:
        """Customers' messages that came to these conversations after ``at``."""
        return sum(1 for one in self.news(ids, then) if one.received_at > at and is_customers(one))

    def fold(self, record: Merge) -> None:
        """What a split took goes back into its conversations, with what has come since. Where a
        reply has not left yet, the new conversation stays with what came: the queue knows it.
        """
        chosen = frozenset(self.chosen[record.id])
        for piece in record.pieces:
            old, new = self.tallies([piece.conversation_id, piece.new_id])
            whole = new.under_way == 0
            back = new.size if whole else piece.size
            self._tallies[piece.conversation_id] = replace(old, size=old.size + back)
            self._tallies[piece.new_id] = replace(new, size=new.size - back)
            if whole:
                self.emptied.append(piece.new_id)
                self.places.pop(piece.new_id, None)
            self._messages = tuple(
                replace(one, conversation_id=piece.conversation_id)
                if one.conversation_id == piece.new_id and (whole or one.id in chosen)
                else one
                for one in self._messages
            )

    def changed(self) -> list[Ticket]:
        """Tickets that differ from what was read, with their next version."""
        return [
            replace(one, version=self.before[id].version + 1) if id in self.before else one
            for id, one in self.tickets.items()
            if one != self.before.get(id)
        ]

    def moves(self) -> dict[tuple[TicketId, TicketId], list[ConversationId]]:
        """Conversations by where they were and where they are."""
        found: dict[tuple[TicketId, TicketId], list[ConversationId]] = {}
        for id, now in self.places.items():
            if self.stood[id] != now:
                found.setdefault((self.stood[id], now), []).append(id)
        return found

    def new_marks(self) -> list[ReadMark]:
        """Read marks that differ from what was read."""
        return [one for id, one in self.marks.items() if self.marked.get(id) != one]
