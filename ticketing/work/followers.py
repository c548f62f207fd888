"""Who follows a ticket, and who was named in a note of it. Pure."""

import re
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from normalizer.model import AgentId
from ticketing.errors import Invalid, Refused
from ticketing.model import Ticket
from ticketing.permissions import Viewer

MAX_FOLLOWERS = 50
MAX_MENTIONED = 50
_MARK = re.compile(r"@\[[^\]\n]{1,200}\]\(agent:([A-Za-z0-9_-]{1,64})\)")


def followed(ticket: Ticket, agent_ids: Iterable[AgentId]) -> Ticket:
    """The ticket with these followers too; the same one when they are. Raises Refused."""
    everyone = tuple(dict.fromkeys((*ticket.followers, *agent_ids)))
    if everyone == ticket.followers:
        return ticket
    if len(everyone) > MAX_FOLLOWERS:
        raise Refused(f"a ticket has at most {MAX_FOLLOWERS} followers: take somebody off first")
    return replace(ticket, followers=everyone)


def unfollowed(ticket: Ticket, agent_ids: Iterable[AgentId]) -> Ticket:
    """The ticket without these followers; the same one when they are none."""
    gone = set(agent_ids)
    left = tuple(id for id in ticket.followers if id not in gone)
    return ticket if left == ticket.followers else replace(ticket, followers=left)


def named_in(text: str) -> tuple[AgentId, ...]:
    """The agents that a note names: ``@[Mira Okafor](agent:ID)``."""
    return tuple(dict.fromkeys(AgentId(id) for id in _MARK.findall(text)))


def named_by(viewer: Viewer, text: str, others: Iterable[AgentId]) -> tuple[AgentId, ...]:
    """Whom a note by the viewer mentions: those in its text and those given beside it, not the
    viewer. Raises Invalid.
    """
    named = dict.fromkeys((*others, *named_in(text)))
    named.pop(viewer.agent_id, None)
    if len(named) > MAX_MENTIONED:
        raise Invalid("mentions", f"at most {MAX_MENTIONED} agents")
    return tuple(named)


def plain(text: str) -> str:
    """A note as people read it: ``@Mira Okafor``."""
    return _MARK.sub(lambda mark: "@" + mark[0][2 : mark[0].index("](")], text)


def mentioned(ticket: Ticket, agent_ids: Sequence[AgentId]) -> Ticket:
    """These have something to read; of too many, those named longest ago are dropped."""
    if not agent_ids:
        return ticket
    everyone = (*(id for id in ticket.mentioned if id not in set(agent_ids)), *agent_ids)
    return replace(ticket, mentioned=tuple(dict.fromkeys(everyone))[-MAX_MENTIONED:])


def mention_read(ticket: Ticket, agent_id: AgentId) -> Ticket:
    """This one has read it; the same ticket when there was nothing to read."""
    if agent_id not in ticket.mentioned:
        return ticket
    return replace(ticket, mentioned=tuple(id for id in ticket.mentioned if id != agent_id))
