"""Our lines to the server: one listens, one sends. slixmpp speaks the protocol.

A receipt or an error goes to the very line that sent, which hands it on to the one that listens
(XEP-0297): there it is kept like everything else.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from xml.etree import ElementTree

import msgspec
from slixmpp import ClientXMPP
from slixmpp.exceptions import IqError, IqTimeout
from slixmpp.xmlstream import JID, StanzaBase
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import StanzaPath

from connectors.contract import OutboundMessage, Sink
from connectors.http import LineBroken, NotSent

LISTENER, SPEAKER = "parley", "parley-out"
START_S, ANSWER_S, GOODBYE_S = 25.0, 20.0, 1.0
WAITING_MAX = 1_000  # stanzas; a server that says more meanwhile is asked again later
LOOK_BACK = timedelta(hours=1)  # what was under way when a process died
ARCHIVE_PAGE, ARCHIVE_MAX = 50, 5_000
PLUGINS = ("xep_0030", "xep_0059", "xep_0198", "xep_0199", "xep_0280", "xep_0297", "xep_0313")

log = logging.getLogger(__name__)


class LoginRefused(Exception):
    """The server does not know the account, or its password is another."""


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Whose line; ``host`` "" lets DNS say where the server is. Without ``tls`` nothing is
    encrypted: for servers on the same machine.
    """

    jid: str
    password: str
    host: str
    port: int
    tls: bool


class Client(ClientXMPP):
    """A client that tells how its login ended."""

    def __init__(self, account: Account, resource: str, priority: int) -> None:
        super().__init__(f"{account.jid}/{resource}", account.password)
        self._priority = priority
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.gone = asyncio.Event()
        for name in PLUGINS:
            self.register_plugin(name)
        if not account.tls:
            self.enable_plaintext = True
            self.enable_starttls = self.enable_direct_tls = False
            self.plugin["feature_mechanisms"].unencrypted_scram = True
        self.add_event_handler("session_start", self._started)
        self.add_event_handler("failed_all_auth", self._refused)
        self.add_event_handler("connection_failed", self._failed)
        self.add_event_handler("disconnected", self._left)

    async def _started(self, _event: object) -> None:
        self.send_presence(ppriority=self._priority)
        if not self.ready.done():
            self.ready.set_result(None)

    def _refused(self, _event: object) -> None:
        self._end(LoginRefused("the server refuses the login"))

    def _failed(self, reason: object) -> None:
        self._end(NotSent(f"the server is not reached: {reason}"))

    def _left(self, reason: object) -> None:
        self._end(NotSent(f"the server hung up: {reason}"))

    def _end(self, error: Exception) -> None:
        self.gone.set()
        if not self.ready.done():
            self.ready.set_exception(error)


@asynccontextmanager
async def opened(account: Account, resource: str, priority: int) -> AsyncIterator[Client]:
    """A client that is logged in. NotSent, LoginRefused."""
    client = Client(account, resource, priority)
    attempt = client.connect(account.host or None, account.port if account.host else None)
    try:
        async with asyncio.timeout(START_S):
            await client.ready
        yield client
    except TimeoutError as error:
        raise NotSent("the server does not let us in in time") from error
    finally:
        attempt.cancel()
        client.cancel_connection_attempt()
        await client.disconnect(wait=GOODBYE_S)


async def listen(account: Account, sink: Sink, now: datetime) -> None:
    """Until the line breaks. What comes is kept one by one, in its order."""
    waiting: asyncio.Queue[bytes] = asyncio.Queue(WAITING_MAX)
    async with opened(account, LISTENER, 50) as client:
        client.register_handler(
            Callback("parley", StanzaPath("message"), lambda stanza: _take(client, waiting, stanza))
        )
        await _enable_carbons(client)
        async for archived in _archived(client, now - LOOK_BACK):
            await sink(archived)
        gone = asyncio.create_task(client.gone.wait())
        try:
            await _hand_over(waiting, sink, gone)
        finally:
            gone.cancel()
    raise LineBroken("the server hung up")


async def _hand_over(waiting: asyncio.Queue[bytes], sink: Sink, gone: "asyncio.Task[bool]") -> None:
    while not (gone.done() and waiting.empty()):
        taking = asyncio.create_task(waiting.get())
        try:
            await asyncio.wait((taking, gone), return_when=asyncio.FIRST_COMPLETED)
            if taking.done():
                await sink(taking.result())
        finally:
            taking.cancel()


def _take(client: Client, waiting: asyncio.Queue[bytes], stanza: StanzaBase) -> None:
    try:
        waiting.put_nowait(_raw(stanza.xml))
    except asyncio.QueueFull:
        log.warning("more messages than can be kept: the line is closed and opened again")
        client.gone.set()


def _raw(element: ElementTree.Element) -> bytes:
    found: bytes = ElementTree.tostring(element, encoding="utf-8")
    return found


async def _enable_carbons(client: Client) -> None:
    """What is written with another client of the account; servers without them are told apart."""
    try:
        await client.plugin["xep_0280"].enable(timeout=ANSWER_S)
    except (IqError, IqTimeout):
        log.info("this XMPP server has no carbons: replies of other clients are not seen")


async def _archived(client: Client, since: datetime) -> AsyncIterator[bytes]:
    """Lately archived messages (XEP-0313): what a process that died had not kept yet."""
    try:
        seen = client.plugin["xep_0313"].iterate(
            start=since, rsm={"max": ARCHIVE_PAGE}, total=ARCHIVE_MAX
        )
        async for result in seen:
            yield _raw(result.xml)
    except (IqError, IqTimeout):
        log.info("this XMPP server keeps no archive")


class Speaker:
    """Sends over a line that it keeps."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._alone = asyncio.Lock()
        self._client: Client | None = None
        self._stack = AsyncExitStack()

    async def say(self, message: OutboundMessage, text: str, id: str) -> None:
        """NotSent, LoginRefused: it did not go. LineBroken: nobody knows."""
        async with self._alone:
            client = await self._open()
            stanza = client.make_message(mto=message.thread_key, mbody=text, mtype="chat")
            stanza["id"] = id
            _extend(stanza.xml, message)
            stanza.send()
            try:
                await self._confirmed(client)
            except BaseException:
                await self._drop()
                raise

    async def check(self) -> None:
        """Log in. NotSent, LoginRefused."""
        async with self._alone:
            await self._open()

    async def close(self) -> None:
        """The process ends, or the inbox changed."""
        async with self._alone:
            await self._drop()

    async def _confirmed(self, client: Client) -> None:
        """The server handles stanzas in their order (RFC 6120 section 10.1): when it answers a
        ping, it has what went before.
        """
        try:
            await client.plugin["xep_0199"].send_ping(JID(client.boundjid.domain), timeout=ANSWER_S)
        except IqTimeout as error:
            raise LineBroken("the server does not answer") from error
        except IqError:
            return

    async def _open(self) -> Client:
        if self._client is not None and self._client.gone.is_set():
            await self._drop()
        if self._client is None:
            client = await self._stack.enter_async_context(opened(self._account, SPEAKER, -1))
            hear = Callback("parley", StanzaPath("message"), lambda one: _hand_on(client, one))
            client.register_handler(hear)
            self._client = client
        return self._client

    async def _drop(self) -> None:
        self._client = None
        await self._stack.aclose()


def _extend(stanza: ElementTree.Element, message: OutboundMessage) -> None:
    """Ask for a receipt and for a marker; say what is answered; give a file as a link."""
    ElementTree.SubElement(stanza, "{urn:xmpp:receipts}request")
    ElementTree.SubElement(stanza, "{urn:xmpp:chat-markers:0}markable")
    author, _, id = message.reply_to.partition("#")
    if id:
        to = message.thread_key if author != "self" else ""
        attributes = {"id": id, **({"to": to} if to else {})}
        ElementTree.SubElement(stanza, "{urn:xmpp:reply:0}reply", attributes)


def _hand_on(client: Client, stanza: StanzaBase) -> None:
    """To the line that listens, as it came."""
    if stanza.get_from().bare == client.boundjid.bare:
        return
    given = client.make_message(mto=f"{client.boundjid.bare}/{LISTENER}", mtype="chat")
    forwarded = ElementTree.SubElement(given.xml, "{urn:xmpp:forward:0}forwarded")
    forwarded.append(stanza.xml)
    given.send()
