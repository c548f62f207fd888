"""Commands on agents' profiles: one's own languages and time zone, or anybody's all of it."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from normalizer.model import AgentId
from storage.collection import Collection
from storage.events import Change, Event
from storage.mongo import Session
from ticketing import facts
from ticketing.errors import Forbidden, NotFound
from ticketing.permissions import Viewer, allowed
from ticketing.staffing.model import Profile
from ticketing.staffing.policy import ProfileChange, amended
from ticketing.store import Collections
from ticketing.transactions import Transactions

OWN = frozenset({"languages", "time_zone", "version"})
MOST_AGENTS = 2_000


class Staffing:
    """Profiles of agents; one who has none yet has an empty one."""

    def __init__(self, collections: Collections, transactions: Transactions) -> None:
        self._agents = collections.agents
        self._profiles: Collection[Profile] = collections.mongo.collection(
            "agent_profiles", Profile
        )
        self._transactions = transactions

    async def get(self, viewer: Viewer, id: str) -> Profile:
        """Colleagues know each other's."""
        if id != viewer.agent_id:
            _check_reads(viewer)
        return await self._profile(id)

    async def all(self, viewer: Viewer) -> Sequence[Profile]:
        """Everybody's who has one."""
        _check_reads(viewer)
        return await self._profiles.find({}, limit=MOST_AGENTS)

    async def change(
        self, viewer: Viewer, id: str, change: ProfileChange, now: datetime
    ) -> Profile:
        """Raises Forbidden for what another must do."""
        _check_may(viewer, id, change)

        async def work(session: Session, events: list[Event]) -> Profile:
            before = await self._profile(id, session)
            after = amended(before, change)
            if after == before:
                return before
            saved = replace(after, version=before.version + 1, updated_at=now)
            await self._profiles.replace_many([saved], session=session)
            events.append(
                facts.about(
                    "agent.profile_changed",
                    saved.id,
                    cause=f"v{saved.version}",
                    actor=facts.of_viewer(viewer),
                    at=now,
                    changes=differences(before, saved),
                )
            )
            return saved

        return await self._transactions.run(work)

    async def _profile(self, id: str, session: Session | None = None) -> Profile:
        if await self._agents.get(id, session) is None:
            raise NotFound("agent", id)
        return await self._profiles.get(id, session) or Profile(id=AgentId(id))


def differences(before: Profile, after: Profile) -> tuple[Change, ...]:
    """Field by field."""
    return tuple(
        Change(field=name, before=_shown(old), after=_shown(new))
        for name in Profile.__struct_fields__
        if name not in {"id", "v", "version", "updated_at"}
        and (old := getattr(before, name)) != (new := getattr(after, name))
    )


def _shown(value: object) -> str | None:
    if not value:
        return None
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _check_reads(viewer: Viewer) -> None:
    if not allowed(viewer, "read"):
        raise Forbidden("read")


def _check_may(viewer: Viewer, id: str, change: ProfileChange) -> None:
    if allowed(viewer, "configure"):
        return
    asked = {name for name in change.__struct_fields__ if getattr(change, name) is not UNSET}
    if id != viewer.agent_id or not asked <= OWN:
        raise Forbidden("configure")
