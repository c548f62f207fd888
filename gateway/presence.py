"""Who looks at which ticket and who is at work, over all processes; forgotten when nobody repeats
it.
"""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from gateway import notices
from gateway.notices import Seen, Signed
from storage.marks import Marks
from storage.pubsub import Pubsub
from ticketing.staffing.model import AtWork, Chosen, Sign
from ticketing.staffing.policy import at_work, signed

# Browsers say it again every 20 seconds.
FORGOTTEN_AFTER_S = 50.0


class Presence:
    """The last word of every browser."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[Seen, float]] = {}

    def note(self, seen: Seen, now: float) -> set[str]:
        """The tickets whose audience changed."""
        before = self._seen.pop(seen.client_id, None)
        if seen.ticket_id:
            self._seen[seen.client_id] = (seen, now)
        old = before[0] if before else None
        if old and (old.ticket_id, old.mode) == (seen.ticket_id, seen.mode):
            return set()
        return {one for one in (old.ticket_id if old else "", seen.ticket_id) if one}

    def expire(self, now: float) -> set[str]:
        """Forget browsers that went silent; the tickets whose audience changed."""
        gone = [id for id, (_, at) in self._seen.items() if now - at > FORGOTTEN_AFTER_S]
        return {self._seen.pop(id)[0].ticket_id for id in gone}

    def audience(self, ticket_id: str) -> list[Seen]:
        """One entry per agent; replying in any window wins."""
        found: dict[str, Seen] = {}
        for seen, _ in self._seen.values():
            if seen.ticket_id == ticket_id:
                known = found.get(seen.agent_id)
                if known is None or known.mode == "viewing":
                    found[seen.agent_id] = seen
        return [found[id] for id in sorted(found)]


class Attendance:
    """What agents' browsers say of their being there, in Redis for all processes. Each says it
    again every minute, so that a Redis that lost it knows it soon.
    """

    def __init__(self, marks: Marks, pubsub: Pubsub) -> None:
        self._marks = marks
        self._pubsub = pubsub

    async def sign(self, new: Sign, chosen: Chosen | None, *, active: bool) -> Sign:
        """The agent's new word, told to every process."""
        raw = await self._marks.get(new.agent_id)
        sign = signed(_read(raw) if raw else None, new, chosen, active=active)
        await self._marks.put(sign.agent_id, msgspec.json.encode(sign))
        await self._pubsub.publish(notices.LIVE, notices.encode(Signed(sign=sign)))
        return sign

    async def everybody(self) -> Mapping[str, Sign]:
        """By agent; who never said a word is absent."""
        found = {id: _read(raw) for id, raw in (await self._marks.all()).items()}
        return {id: sign for id, sign in found.items() if sign is not None}


class AtDesk:
    """What was last told to screens of each agent; time alone changes it too."""

    def __init__(self) -> None:
        self._signs: dict[str, Sign] = {}
        self._told: dict[str, AtWork] = {}

    def note(self, sign: Sign, now: datetime) -> dict[str, AtWork]:
        """Whose state is another now."""
        self._signs[sign.agent_id] = sign
        return self.changes(now)

    def changes(self, now: datetime) -> dict[str, AtWork]:
        """As ``note``; who is gone is forgotten."""
        states = {id: at_work(sign, now) for id, sign in self._signs.items()}
        moved = {id: state for id, state in states.items() if self._told.get(id) != state}
        self._told |= moved
        for id in [id for id, state in states.items() if state == "offline"]:
            del self._signs[id], self._told[id]
        return moved


def _read(raw: bytes) -> Sign | None:
    """None for what a newer process wrote."""
    try:
        return msgspec.json.decode(raw, type=Sign)
    except msgspec.DecodeError:
        return None
