"""The chat page's other end: journal before the acknowledgement, replies pushed, visits resumed."""

import asyncio
import logging
from collections import defaultdict

import msgspec
from aiohttp import WSMsgType, web

from connectors.channels.webchat import payload
from gateway import notices
from gateway.api.views import time
from gateway.chat import frames, page
from gateway.chat.store import ChatStore
from gateway.chat.visitors import Visitors
from gateway.directory import InboxDirectory
from gateway.errors import Refused
from gateway.metrics import CHAT_MESSAGES, LIVE_CLIENTS
from gateway.notices import Answering, Fact
from gateway.ratelimit import Limiter
from gateway.tasks import cancelled
from normalizer.model import ConversationId, Message, MessageId
from outbound.file_links import FileLinks
from storage.errors import StorageError
from storage.ids import utc_now
from storage.journal import Journal, NewRecord
from storage.pubsub import Pubsub
from ticketing.model import Inbox

log = logging.getLogger(__name__)

CHANNEL = "webchat"
FRAME_MAX = 65_536
SILENT_S = 60.0
RETRY_S = 3.0
SAY_PER_S, SAY_BURST = 1.0, 15
VISITS_PER_S, VISITS_BURST = 1.0, 60
QUEUE = 200
TOLD = frozenset({"message.sent", "delivery.changed", "message.edited", "message.deleted"})
GOING_AWAY, POLICY = 1001, 1008


class Visit:
    """One open page. ``key`` is (inbox, visitor)."""

    def __init__(self, inbox: Inbox, visitor: payload.Visitor) -> None:
        self.inbox = inbox
        self.visitor = visitor
        self.queue: asyncio.Queue[frames.ToPage] = asyncio.Queue(QUEUE)

    @property
    def key(self) -> tuple[str, str]:
        """Whom replies are for."""
        return (self.inbox.id, self.visitor.id)

    def push(self, frame: frames.ToPage) -> bool:
        """False when the page does not keep up: it is closed, comes back and resumes."""
        try:
            self.queue.put_nowait(frame)
        except asyncio.QueueFull:
            return False
        return True


class Chat:
    """All open chat pages of this process."""

    def __init__(
        self,
        *,
        directory: InboxDirectory,
        journal: Journal,
        store: ChatStore,
        visitors: Visitors,
        pubsub: Pubsub,
        limiter: Limiter,
        links: FileLinks,
    ) -> None:
        self._directory = directory
        self._journal = journal
        self._store = store
        self._visitors = visitors
        self._pubsub = pubsub
        self._limiter = limiter
        self._links = links
        self._visits: dict[tuple[str, str], set[Visit]] = defaultdict(set)
        self._sockets: set[web.WebSocketResponse] = set()
        self._facts: asyncio.Queue[Fact] = asyncio.Queue(10_000)

    def routes(self) -> list[web.RouteDef]:
        """Page, its parts, and the socket."""
        return [
            web.get("/chat/{inbox_id}", self.page),
            web.get("/chat/{inbox_id}/ws", self.socket),
            *page.routes(),
        ]

    async def page(self, request: web.Request) -> web.StreamResponse:
        """The page of one inbox."""
        return page.response(await self._inbox(request))

    def hear(self, fact: Fact) -> None:
        """Something happened; only replies concern visitors, and only while a page is open."""
        if self._visits and fact.message_id and fact.kind in TOLD and not self._facts.full():
            self._facts.put_nowait(fact)

    def answering(self, notice: Answering) -> None:
        """An agent writes to one of our visitors."""
        for visit in self._visits.get((notice.inbox_id, notice.visitor), ()):
            visit.push(frames.Answering())

    async def run(self) -> None:
        """Push replies until cancelled."""
        while True:
            fact = await self._facts.get()
            try:
                await self._push_reply(fact)
            except Exception:
                log.warning("a reply was not pushed; the page asks for it", exc_info=True)

    async def close(self) -> None:
        """Every page comes back to another process."""
        await asyncio.gather(
            *(socket.close(code=GOING_AWAY) for socket in list(self._sockets)),
            return_exceptions=True,
        )

    async def socket(self, request: web.Request) -> web.StreamResponse:
        """One visit, as long as the socket."""
        inbox = await self._inbox(request)
        client = request.remote or ""
        if self._wait("visit", client, VISITS_PER_S, VISITS_BURST):
            raise Refused(429, "rate", "too many visits from this address", retry_after=5)
        socket = web.WebSocketResponse(max_msg_size=FRAME_MAX, receive_timeout=SILENT_S)
        if not socket.can_prepare(request).ok:
            raise Refused(426, "upgrade-required", "this address speaks WebSocket")
        await socket.prepare(request)
        self._sockets.add(socket)
        try:
            await self._serve(socket, inbox)
        except TimeoutError:
            await socket.close(code=GOING_AWAY)
        finally:
            self._sockets.discard(socket)
        return socket

    async def _inbox(self, request: web.Request) -> Inbox:
        inbox = await self._directory.inbox(request.match_info["inbox_id"])
        if inbox is None or inbox.channel != CHANNEL:
            raise Refused(404, "unknown-inbox", "there is no such chat")
        return inbox

    async def _serve(self, socket: web.WebSocketResponse, inbox: Inbox) -> None:
        hello = _decoded(await socket.receive())
        if not isinstance(hello, frames.Hello):
            await socket.close(code=POLICY, message=b"say hello first")
            return
        visit = self._begin(inbox, hello)
        LIVE_CLIENTS.labels("visitor").inc()
        writer = asyncio.create_task(_write(socket, visit))
        try:
            await self._resume(visit, hello.after)
            await self._read(socket, visit)
        finally:
            await cancelled([writer])
            LIVE_CLIENTS.labels("visitor").dec()
            self._visits[visit.key].discard(visit)
            if not self._visits[visit.key]:
                del self._visits[visit.key]

    def _begin(self, inbox: Inbox, hello: frames.Hello) -> Visit:
        """Pushes begin before the history is read: nothing falls between, repeats are known."""
        id = self._visitors.visitor(inbox.id, hello.token) or self._visitors.new()
        name = hello.name or f"Visitor {id[:4]}"
        visitor = payload.Visitor(id=id, name=name, email=hello.email)
        visit = Visit(inbox, visitor)
        token = self._visitors.token(inbox.id, id)
        visit.push(frames.Welcome(token=token, inbox_name=inbox.name))
        self._visits[visit.key].add(visit)
        return visit

    async def _resume(self, visit: Visit, after: str) -> None:
        conversation = await self._store.conversation(visit.inbox.id, visit.visitor.id)
        found = await self._store.history(conversation) if conversation else []
        known = [message.id for message in found]
        first = known.index(MessageId(after)) + 1 if after in known else 0
        for message in found[first:]:
            visit.push(_shown(message, self._linked(message)))
        if conversation and first:  # what the page has may say something else by now
            for message in await self._store.amended(conversation):
                visit.push(self._as_it_is(message))
        visit.push(frames.Caught())

    async def _read(self, socket: web.WebSocketResponse, visit: Visit) -> None:
        async for message in socket:
            frame = _decoded(message)
            if frame is None:
                await socket.close(code=POLICY, message=b"not a frame")
                return
            await self._act(visit, frame)

    async def _act(self, visit: Visit, frame: frames.FromPage) -> None:
        match frame:
            case frames.Say():
                await self._say(visit, frame)
            case frames.Saw():
                ids = tuple(frame.message_ids)
                seen = payload.Seen(visitor=visit.visitor, message_ids=ids, state=frame.state)
                await self._keep(visit, seen)
            case frames.Type():
                await self._typing(visit, typing=frame.typing)
            case frames.Ping():
                visit.push(frames.Pong())

    async def _say(self, visit: Visit, frame: frames.Say) -> None:
        said = payload.Said(
            client_msg_id=frame.client_msg_id, visitor=visit.visitor, text=frame.text
        )
        wait = self._wait("chat", visit.visitor.id, SAY_PER_S, SAY_BURST)
        if wait or not await self._keep(visit, said):
            CHAT_MESSAGES.labels("refused").inc()
            visit.push(frames.Nack(client_msg_id=frame.client_msg_id, retry_s=wait or RETRY_S))
            return
        CHAT_MESSAGES.labels("accepted").inc()
        visit.push(frames.Ack(client_msg_id=frame.client_msg_id))

    async def _keep(self, visit: Visit, item: payload.ChatItem) -> bool:
        """On disk, as if a provider had sent it."""
        record = NewRecord(
            inbox_id=visit.inbox.id,
            channel=CHANNEL,
            transport="webhook",
            received_at=utc_now(),
            request_id=f"chat-{visit.visitor.id[:12]}",
            body=msgspec.json.encode(item),
        )
        try:
            await self._journal.append(record)
        except StorageError:
            return False
        return True

    async def _typing(self, visit: Visit, *, typing: bool) -> None:
        """Told, never stored."""
        conversation = await self._store.conversation(visit.inbox.id, visit.visitor.id)
        if conversation is not None:
            notice = notices.Typing(
                ticket_id=conversation.ticket_id,
                inbox_id=visit.inbox.id,
                name=visit.visitor.name,
                typing=typing,
            )
            await self._pubsub.publish(notices.LIVE, notices.encode(notice))

    async def _push_reply(self, fact: Fact) -> None:
        id = MessageId(fact.message_id)
        deleted = fact.kind == "message.deleted"
        message = await (self._store.taken_back(id) if deleted else self._store.message(id))
        if message is None or message.channel != CHANNEL or message.direction != "out":
            return
        conversation = await self._store.conversation_of(ConversationId(message.conversation_id))
        if conversation is None:
            return
        key = (conversation.inbox_id, conversation.thread_key)
        for visit in list(self._visits.get(key, ())):
            visit.push(self._as_it_is(message))

    def _as_it_is(self, message: Message) -> frames.ToPage:
        """What it says, or that it was taken back."""
        if message.deleted_at is not None:
            return frames.Gone(id=message.id)
        return _shown(message, self._linked(message))

    def _linked(self, message: Message) -> tuple[frames.Linked, ...]:
        """Our files; those of visitors are nothing that the page has to show."""
        if message.direction == "in":
            return ()
        now = utc_now()
        return tuple(
            frames.Linked(
                name=file.name, size=file.size, url=self._links.link(message.id, file.id, now)
            )
            for file in message.files
            if file.state == "stored"
        )

    def _wait(self, what: str, who: str, per_s: float, burst: int) -> int:
        return self._limiter.take(what, who, per_s, burst, asyncio.get_running_loop().time())


async def _write(socket: web.WebSocketResponse, visit: Visit) -> None:
    while True:
        frame = await visit.queue.get()
        await socket.send_str(frames.encode(frame))
        if visit.queue.full():
            await socket.close(code=GOING_AWAY, message=b"too slow")


def _decoded(message: object) -> frames.FromPage | None:
    kind, data = getattr(message, "type", None), getattr(message, "data", None)
    if kind is not WSMsgType.TEXT or not isinstance(data, str):
        return None
    try:
        return frames.DECODER.decode(data)
    except msgspec.DecodeError:
        return None


def _shown(message: Message, files: tuple[frames.Linked, ...]) -> frames.Shown:
    """``native_id`` of a visitor's own message ends in the page's id of it."""
    own = message.direction == "in"
    return frames.Shown(
        id=message.id,
        direction="in" if own else "out",
        text=message.text,
        at=time(message.occurred_at),
        author="" if own else message.author.name,
        client_msg_id=message.native_id.rpartition(":")[2] if own else "",
        files=files,
    )
