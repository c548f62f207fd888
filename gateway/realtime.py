"""Live updates of the agent app: one subscription per process, one bounded queue per browser.

Notices are hints. Each is rendered for each client through the same queries as the API, with the
client's own viewer: what may not be seen renders to nothing. Numbers (``seq``) grow per process and
begin at its start time, so a number from another process is outside the ring: resync.
"""

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from typing import Protocol

import msgspec

from connectors.contract import InboxId
from gateway import notices
from gateway.api import frames
from gateway.metrics import LIVE_CLIENTS, LIVE_DROPPED
from gateway.notices import Answering, Counted, Fact, Facts, Personal, Seen, Signed, Typing
from gateway.presence import AtDesk, Presence
from gateway.tasks import together
from storage.ids import utc_now
from ticketing.permissions import Viewer, sees_inbox
from ticketing.staffing.model import AtWork

log = logging.getLogger(__name__)

RING = 2_000
QUEUE = 200
# Facts of one change arrive together: one frame per ticket instead of one per fact.
GATHER_S = 0.02
COUNTS_EVERY_S = 0.5
COUNTS_ANYWAY_S = 60.0
COUNTS_AGAIN_S = 5.0
SEQ_PER_MS = 4_096  # numbers stay below 2**53 for three centuries, and JavaScript keeps them whole


class Bus(Protocol):
    """Pub/sub."""

    async def publish(self, channel: str, payload: bytes) -> bool:
        """False when it was lost."""

    def subscribe(
        self, channel: str, *, ready: Callable[[], None] | None = None
    ) -> AsyncIterator[bytes]:
        """For ever; ``ready`` whenever the subscription is (again) in place."""


class Bundle(msgspec.Struct, frozen=True):
    """Everything that happened to one ticket within a moment."""

    seq: int
    ticket_id: str
    facts: tuple[Fact, ...]


class Source(Protocol):
    """Renders for one viewer; nothing for what they may not see."""

    async def render(self, viewer: Viewer, bundle: Bundle) -> Sequence[frames.LiveFrame]:
        """The frames of a bundle."""

    async def counts(self, viewer: Viewer) -> frames.LiveViews:
        """The counts of the views."""

    def forget_views(self) -> None:
        """They are to be read anew."""

    async def visible(self, viewer: Viewer, ticket_id: str) -> bool:
        """Whether the ticket exists for the viewer."""


class Client:
    """One browser. A full queue drops everything and asks the browser to fetch again."""

    def __init__(self, client_id: str, viewer: Viewer) -> None:
        self.id = client_id
        self.viewer = viewer
        self.ticket_id = ""
        self.queue: asyncio.Queue[frames.LiveFrame] = asyncio.Queue(QUEUE)
        self.counts_due = asyncio.Event()
        self.counts: frames.LiveViews | None = None  # as told last

    def push(self, frame: frames.LiveFrame) -> None:
        """Never waits for a slow browser."""
        try:
            self.queue.put_nowait(frame)
        except asyncio.QueueFull:
            self.resync()

    def resync(self) -> None:
        """Everything queued is void."""
        LIVE_DROPPED.inc()
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(frames.Resync())
        self.counts = None
        self.counts_due.set()


class Hub:
    """All browsers of this process."""

    def __init__(
        self,
        bus: Bus,
        source: Source,
        *,
        hear: Callable[[Fact], None] | None = None,
        answering: Callable[[Answering], None] = lambda _notice: None,
        now_ms: int | None = None,
    ) -> None:
        """``hear`` is told every fact too, ``answering`` who is written to: there is one
        subscription in a process.
        """
        self._answering = answering
        self._bus = bus
        self._source = source
        self._hear = hear
        self._clients: dict[str, Client] = {}
        self._ring: deque[Bundle] = deque(maxlen=RING)
        self._first = (now_ms or int(time.time() * 1_000)) * SEQ_PER_MS
        self._last = self._first
        self._waiting: dict[str, list[Fact]] = {}
        self._gathered = asyncio.Event()
        self._presence = Presence()
        self._at_desk = AtDesk()

    @property
    def seq(self) -> int:
        """The newest number."""
        return self._last

    async def run(self) -> None:
        """Listen and hand out until cancelled."""
        await together(self._listen(), self._hand_out(), self._watch_presence())

    @contextlib.contextmanager
    def joined(self, client: Client) -> Iterator[Client]:
        """The client is served while the block runs."""
        self._clients[client.id] = client
        LIVE_CLIENTS.labels("agent").inc()
        try:
            yield client
        finally:
            del self._clients[client.id]
            LIVE_CLIENTS.labels("agent").dec()

    async def resume(self, client: Client, seq: int) -> None:
        """Frames after ``seq``; 0 begins now; a number that is not ours means resync."""
        oldest = self._ring[0].seq - 1 if self._ring else self._last
        if seq and not oldest <= seq <= self._last:
            client.resync()
            return
        for bundle in [one for one in self._ring if seq and one.seq > seq]:
            await self._render(client, bundle)

    async def look(self, client: Client, ticket_id: str, mode: str) -> None:
        """The client looks at a ticket ("" looks away); every process hears of it."""
        if ticket_id and not await self._source.visible(client.viewer, ticket_id):
            return
        client.ticket_id = ticket_id
        seen = Seen(
            client_id=client.id,
            ticket_id=ticket_id,
            agent_id=client.viewer.agent_id,
            name=client.viewer.name,
            mode=mode,
        )
        await self._bus.publish(notices.LIVE, notices.encode(seen))
        if ticket_id:
            client.push(self._audience(ticket_id))

    async def revise(self, client: Client, viewer: Viewer) -> None:
        """The agent may see more or less than before; what is looked at may be hidden now."""
        client.viewer = viewer
        client.counts_due.set()
        if client.ticket_id and not await self._source.visible(viewer, client.ticket_id):
            await self.look(client, "", "viewing")

    async def counts(self, client: Client) -> None:
        """Send counts when they have changed, at most twice a second; ends by cancellation.

        Asked for now and then without being told: whoever tells may have been killed before.
        """
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(COUNTS_ANYWAY_S):
                    await client.counts_due.wait()
            client.counts_due.clear()
            await asyncio.sleep(await self._tell_counts(client))

    async def _tell_counts(self, client: Client) -> float:
        """Seconds until they may be asked for again."""
        try:
            found = await self._source.counts(client.viewer)
        except Exception:
            log.warning("counts failed", exc_info=True, extra={"client": client.id})
            client.counts_due.set()
            return COUNTS_AGAIN_S
        if found != client.counts:
            client.push(found)
            client.counts = found
        return COUNTS_EVERY_S

    async def _listen(self) -> None:
        """The subscription reconnects by itself; what was said meanwhile is lost to us."""
        async for raw in self._bus.subscribe(notices.LIVE, ready=self._reconnected):
            self._take(notices.decode(raw))

    def _reconnected(self) -> None:
        for client in self._clients.values():
            client.resync()

    def _take(self, notice: notices.Notice | None) -> None:
        match notice:
            case Fact() | Facts():
                for fact in (notice,) if isinstance(notice, Fact) else notice.facts:
                    self._take_fact(fact)
            case Seen():
                self._tell_audience(self._presence.note(notice, time.monotonic()))
            case Typing():
                frame = frames.LiveTyping(
                    ticket_id=notice.ticket_id, name=notice.name, typing=notice.typing
                )
                self._push_to_lookers(notice.ticket_id, frame, InboxId(notice.inbox_id))
            case Answering():
                self._answering(notice)
            case Signed(sign=sign):
                self._tell_states(self._at_desk.note(sign, utc_now()))
            case Personal(agent_id=agent_id, frame=frame):
                self._tell_person(agent_id, frame)
            case Counted():
                self._take_counted(notice)

    def _take_counted(self, notice: Counted) -> None:
        if notice.views:
            self._source.forget_views()
        for client in self._clients.values():
            client.counts_due.set()

    def _tell_states(self, states: Mapping[str, AtWork]) -> None:
        for agent_id, state in states.items():
            for client in self._clients.values():
                client.push(frames.LiveAgent(agent_id=agent_id, state=state))

    def _tell_person(self, agent_id: str, raw: bytes) -> None:
        """A newer process may send frames that this one does not know."""
        try:
            frame = frames.PERSONAL_FRAMES.decode(raw)
        except msgspec.DecodeError:
            return
        for client in self._clients.values():
            if client.viewer.agent_id == agent_id:
                client.push(frame)

    def _take_fact(self, fact: Fact) -> None:
        if self._hear:
            self._hear(fact)
        self._waiting.setdefault(fact.ticket_id, []).append(fact)
        self._gathered.set()

    async def _hand_out(self) -> None:
        while True:
            await self._gathered.wait()
            await asyncio.sleep(GATHER_S)
            self._gathered.clear()
            waiting, self._waiting = self._waiting, {}
            for ticket_id, facts in waiting.items():
                self._last += 1
                bundle = Bundle(self._last, ticket_id, tuple(facts))
                self._ring.append(bundle)
                for client in list(self._clients.values()):
                    await self._render(client, bundle)

    async def _render(self, client: Client, bundle: Bundle) -> None:
        try:
            rendered = await self._source.render(client.viewer, bundle)
        except Exception:
            log.warning("a live frame failed", exc_info=True, extra={"ticket": bundle.ticket_id})
            client.resync()
            return
        for frame in rendered:
            client.push(frame)
            if isinstance(frame, frames.LiveGone) and client.ticket_id == frame.ticket_id:
                await self.look(client, "", "viewing")

    async def _watch_presence(self) -> None:
        while True:
            await asyncio.sleep(10)
            self._tell_audience(self._presence.expire(time.monotonic()))
            self._tell_states(self._at_desk.changes(utc_now()))

    def _tell_audience(self, ticket_ids: set[str]) -> None:
        for ticket_id in ticket_ids:
            self._push_to_lookers(ticket_id, self._audience(ticket_id))

    def _push_to_lookers(
        self, ticket_id: str, frame: frames.LiveFrame, inbox_id: InboxId | None = None
    ) -> None:
        """Only browsers that look at a ticket hear of who else does: looking was authorised.

        Of a joined ticket they may see one inbox and not another.
        """
        for client in self._clients.values():
            hidden = inbox_id is not None and not sees_inbox(client.viewer, inbox_id)
            if client.ticket_id == ticket_id and not hidden:
                client.push(frame)

    def _audience(self, ticket_id: str) -> frames.LivePresence:
        return frames.LivePresence(
            ticket_id=ticket_id,
            agents=[
                frames.PresentAgent(
                    id=seen.agent_id,
                    name=seen.name,
                    mode="replying" if seen.mode == "replying" else "viewing",
                )
                for seen in self._presence.audience(ticket_id)
            ],
        )
