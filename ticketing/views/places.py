"""Where a ticket stands: in which views, and who may know of it there. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from connectors.contract import InboxId
from normalizer.model import AgentId, ContactId, TicketId
from storage.ids import derived_id
from ticketing.model import Ticket
from ticketing.views.fields import Custom, Facts
from ticketing.views.matching import NOBODY, asks_for_me, involved, matches, next_turn, sleeps
from ticketing.views.model import BuiltIn, SavedView, ViewId

VIEW = "v:"
MENTIONS = "mentions:"
MINE = "mine:"
INBOX = "inbox:"
LISTED = (VIEW, MENTIONS, "snoozed")
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


class Scope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that ``permissions.sees`` looks at: tickets of one scope are seen by the same people."""

    inbox_ids: tuple[InboxId, ...]
    team_id: str = ""
    organisation_id: str = ""
    type_id: str = ""
    private: bool = False
    assignee_id: AgentId | str = ""
    followers: tuple[AgentId, ...] = ()

    @property
    def id(self) -> str:
        """The same for the same scope."""
        return derived_id("scope", msgspec.json.encode(self).decode())

    def ticket(self) -> Ticket:
        """Any ticket of this scope, to be judged by ``sees``."""
        return Ticket(
            id=TicketId(""),
            version=0,
            number=0,
            subject="",
            status="open",
            open=True,
            priority="normal",
            assignee_id=AgentId(self.assignee_id),
            contact_id=ContactId(""),
            inbox_id=self.inbox_ids[0],
            inbox_ids=self.inbox_ids,
            channel="",
            created_at=_EPOCH,
            updated_at=_EPOCH,
            activity_at=_EPOCH,
            team_id=self.team_id,
            organisation_id=self.organisation_id,
            type_id=self.type_id,
            private=self.private,
            followers=self.followers,
        )


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Under which keys of which scope a ticket is counted; absent when under none.

    ``lists`` are those of the keys that lists are read by; the moments sort them. ``turn``: when
    time alone may change this.
    """

    id: TicketId = msgspec.field(name="_id")
    scope: str
    keys: tuple[str, ...]
    lists: tuple[str, ...] = ()
    activity_at: datetime | None = None
    created_at: datetime | None = None
    waiting_since: datetime | None = None
    turn: datetime | None = None


def scope_of(ticket: Ticket) -> Scope:
    """In one order, so that equal scopes are one."""
    return Scope(
        inbox_ids=tuple(sorted({ticket.inbox_id, *ticket.inbox_ids})),
        team_id=ticket.team_id,
        organisation_id=ticket.organisation_id,
        type_id=ticket.type_id,
        private=ticket.private,
        assignee_id=ticket.assignee_id,
        followers=tuple(sorted(ticket.followers)),
    )


def place_of(
    facts: Facts, views: Sequence[SavedView], now: datetime, custom: Custom
) -> Place | None:
    """None: the ticket stands nowhere that is counted."""
    ticket = facts.ticket
    keys = (*_own_keys(ticket, now), *_saved_keys(facts, views, now, custom))
    if ticket.merged_into is not None or not keys:
        return None
    lists = tuple(key for key in keys if key.startswith(LISTED))
    place = Place(
        id=ticket.id,
        scope=scope_of(ticket).id,
        keys=keys,
        turn=next_turn(views, facts, now, custom),
    )
    if not lists:
        return place
    return msgspec.structs.replace(
        place,
        lists=lists,
        activity_at=ticket.activity_at,
        created_at=ticket.created_at,
        waiting_since=ticket.waiting_since,
    )


def _own_keys(ticket: Ticket, now: datetime) -> Iterator[str]:
    """The keys of the views that every site has."""
    for agent_id in ticket.mentioned:
        yield MENTIONS + agent_id
    if not ticket.open or ticket.blocked:
        return
    if sleeps(ticket, now):
        yield "snoozed"
        return
    yield "open"
    yield MINE + ticket.assignee_id if ticket.assignee_id else "unassigned"
    if ticket.status in ("waiting", "held"):
        yield ticket.status
    if ticket.waiting_since is not None:
        yield "longest"
    for inbox_id in dict.fromkeys((ticket.inbox_id, *ticket.inbox_ids)):
        yield INBOX + inbox_id


def _saved_keys(
    facts: Facts, views: Sequence[SavedView], now: datetime, custom: Custom
) -> Iterator[str]:
    people = involved(facts.ticket)
    for view in views:
        if matches(view, facts, now, me=NOBODY, custom=custom):
            yield saved_key(view.id)
        elif asks_for_me(view):
            for agent_id in people:
                if matches(view, facts, now, me=agent_id, custom=custom):
                    yield saved_key(view.id, agent_id)


def saved_key(view_id: ViewId, agent_id: AgentId | str = "") -> str:
    """The key of a saved view; of one agent alone where it asks for "me"."""
    return f"{VIEW}{view_id}@{agent_id}" if agent_id else f"{VIEW}{view_id}"


def saved_keys(view_id: ViewId, me: AgentId) -> tuple[str, str]:
    """Where the tickets of a view stand for one agent: those of everybody, those of theirs."""
    return saved_key(view_id), saved_key(view_id, me)


def built_in_key(view: BuiltIn, agent_id: AgentId) -> str:
    """The key under which a built-in view of this agent is counted."""
    return view + ":" + agent_id if view in ("mine", "mentions") else view
