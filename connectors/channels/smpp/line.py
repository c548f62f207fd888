"""One bound line to an SMSC: the receiver's keeps each message before it is acknowledged."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import msgspec
from aiosmpplib.protocol import (
    BindReceiver,
    BindTransceiver,
    BindTransmitter,
    DeliverSmResp,
    EnquireLink,
    EnquireLinkResp,
    GenericNack,
    SmppMessage,
    SubmitSm,
    Unbind,
    UnbindResp,
)

from connectors.channels.smpp.pdu import DELIVER_SM, HEADER, Part, read
from connectors.contract import Sink
from connectors.errors import Malformed
from connectors.http import LineBroken, NotSent

CONNECT_S, ANSWER_S, SILENCE_S = 15.0, 20.0, 30.0
PARTS_S = 3.0  # an SMSC that sends one at a time waits for our answer to the part before
KEPT_S = 20.0  # SMSCs hang up on lines that say nothing
PARTS_MOST = 50  # long messages that wait for a part
LARGEST = 70_000  # a message_payload holds 64 kB
RESPONSE = 0x80000000
ENQUIRE_LINK, UNBIND = 0x00000015, 0x00000006
OK, BIND_FAILED = 0, 0x0D


class BindRefused(Exception):
    """The SMSC does not let us in; ``status`` as section 5.1.3 numbers them."""

    def __init__(self, status: int, reason: str = "") -> None:
        super().__init__(reason or f"the SMSC refuses the login (status 0x{status:02X})")
        self.status = status


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where the SMSC is, and who we are there."""

    host: str
    port: int
    tls: bool
    system_id: str
    password: str
    system_type: str


class Pdu(msgspec.Struct, frozen=True):
    """A PDU as it came."""

    command: int
    status: int
    sequence: int
    raw: bytes


class Line:
    """Reads and writes PDUs; numbers what it asks."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._last = 0

    def number(self) -> int:
        """The next sequence number (section 5.1.4)."""
        self._last = self._last % 0x7FFFFFFF + 1
        return self._last

    async def write(self, message: SmppMessage) -> None:
        """LineBroken when it is gone."""
        try:
            self._writer.write(message.pdu())
            async with asyncio.timeout(ANSWER_S):
                await self._writer.drain()
        except (OSError, TimeoutError) as error:
            raise LineBroken(f"the SMSC takes nothing: {error}") from error

    async def read(self, within_s: float) -> Pdu:
        """The next one. LineBroken; TimeoutError when nothing came."""
        async with asyncio.timeout(within_s):
            try:
                head = await self._reader.readexactly(HEADER.size)
                length, command, status, sequence = HEADER.unpack(head)
                if not HEADER.size <= length <= LARGEST:
                    raise LineBroken(f"the SMSC announces {length} bytes")
                body = await self._reader.readexactly(length - HEADER.size)
            except (OSError, asyncio.IncompleteReadError) as error:
                raise LineBroken(f"the SMSC hung up: {error}") from error
        return Pdu(command, status, sequence, head + body)

    @property
    def gone(self) -> bool:
        """Whether the other side has hung up, as far as we have heard."""
        return self._reader.at_eof()

    async def close(self) -> None:
        """Without a word of farewell when there is no time for one."""
        self._writer.close()
        try:
            async with asyncio.timeout(2):
                await self._writer.wait_closed()
        except (OSError, TimeoutError):
            return


@asynccontextmanager
async def bound(address: Address, kind: type[BindTransceiver]) -> AsyncIterator[Line]:
    """A line that is let in. NotSent, LineBroken, BindRefused."""
    line = await _connect(address)
    try:
        await line.write(_bind(kind, address, line.number()))
        try:
            answer = await line.read(ANSWER_S)
        except TimeoutError as error:
            raise NotSent("the SMSC does not answer the login") from error
        if answer.status != OK:
            raise BindRefused(answer.status)
        yield line
    finally:
        await line.close()


def _bind(kind: type[BindTransceiver], address: Address, number: int) -> BindTransceiver:
    try:
        return kind(
            sequence_num=number,
            system_id=address.system_id,
            password=address.password,
            system_type=address.system_type,
        )
    except ValueError as error:  # longer than the protocol has room for
        raise BindRefused(BIND_FAILED, str(error)) from error


async def _connect(address: Address) -> Line:
    context = ssl.create_default_context() if address.tls else None
    try:
        async with asyncio.timeout(CONNECT_S):
            streams = await asyncio.open_connection(address.host, address.port, ssl=context)
    except (OSError, TimeoutError) as error:
        raise NotSent(f"the SMSC is not reached: {error}") from error
    return Line(*streams)


async def listen(address: Address, sink: Sink) -> None:
    """Until the line breaks. Each message is acknowledged after ``sink`` has kept it."""
    async with bound(address, BindReceiver) as line:
        await _Receiver(line, sink).run()


class _Waiting(msgspec.Struct):
    """The parts of one long message that are here, and since when."""

    since: float
    parts: dict[int, Pdu]


class _Receiver:
    """Holds the parts of long messages together for a few seconds, and never many of them."""

    def __init__(self, line: Line, sink: Sink) -> None:
        self._line = line
        self._sink = sink
        self._waiting: dict[tuple[str, int, int], _Waiting] = {}

    async def run(self) -> None:
        asked = False
        while True:
            try:
                pdu = await self._line.read(PARTS_S if self._waiting else SILENCE_S)
            except TimeoutError as error:
                if self._waiting:
                    await self._give_up()
                elif asked:
                    raise LineBroken("the SMSC says nothing") from error
                else:
                    asked = True
                    await self._line.write(EnquireLink(sequence_num=self._line.number()))
                continue
            asked = False
            await self._take(pdu)
            await self._give_up(PARTS_S)

    async def _take(self, pdu: Pdu) -> None:
        if pdu.command == ENQUIRE_LINK:
            await self._line.write(EnquireLinkResp(sequence_num=pdu.sequence))
        elif pdu.command == UNBIND:
            await self._line.write(UnbindResp(sequence_num=pdu.sequence))
            raise LineBroken("the SMSC said goodbye")
        elif pdu.command == DELIVER_SM:
            await self._deliver(pdu)
        elif not pdu.command & RESPONSE:
            await self._line.write(GenericNack(sequence_num=pdu.sequence))

    async def _deliver(self, pdu: Pdu) -> None:
        source, part = _part(pdu)
        if part.total == 1:
            await self._keep([pdu])
            return
        key = (source, part.ref, part.total)
        held = self._waiting.get(key)
        if held is not None and part.seq in held.parts:  # the number is used again: another message
            await self._keep_held(key)
            held = None
        if held is None:
            held = self._waiting[key] = _Waiting(_clock(), {})
        held.parts[part.seq] = pdu
        if len(held.parts) == part.total:
            await self._keep_held(key)
        elif len(self._waiting) > PARTS_MOST:
            await self._keep_held(next(iter(self._waiting)))

    async def _give_up(self, after_s: float = 0.0) -> None:
        """What is there of long messages, as it is: the rest comes as messages of its own."""
        for key in [key for key, one in self._waiting.items() if _clock() - one.since >= after_s]:
            await self._keep_held(key)

    async def _keep_held(self, key: tuple[str, int, int]) -> None:
        held = self._waiting.pop(key)
        await self._keep([held.parts[number] for number in sorted(held.parts)])

    async def _keep(self, parts: list[Pdu]) -> None:
        await self._sink(b"".join(part.raw for part in parts))
        for part in parts:
            await self._line.write(DeliverSmResp(sequence_num=part.sequence))


def _clock() -> float:
    return asyncio.get_running_loop().time()


def _part(pdu: Pdu) -> tuple[str, Part]:
    """What cannot be read is kept as it is, and quarantined by whoever parses it."""
    try:
        found = read(pdu.raw)
    except Malformed:
        return "", Part()
    return found.source, found.part


class Transmitter:
    """Sends over one line: opened when it is needed, and used again within some seconds."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._alone = asyncio.Lock()
        self._line: Line | None = None
        self._stack = AsyncExitStack()
        self._used_at = 0.0

    async def submit(self, message: SubmitSm) -> Pdu:
        """The SMSC's answer. NotSent, BindRefused: it has it not; LineBroken: nobody knows."""
        async with self._alone:
            line = await self._open()
            try:
                answer = await ask(line, message)
            except BaseException:
                await self._drop()
                raise
            self._used_at = asyncio.get_running_loop().time()
            return answer

    async def check(self) -> None:
        """Only log in. NotSent, LineBroken, BindRefused."""
        async with bound(self._address, BindTransmitter) as line:
            await line.write(Unbind(sequence_num=line.number()))

    async def close(self) -> None:
        """The process ends, or the inbox changed."""
        async with self._alone:
            await self._drop()

    async def _open(self) -> Line:
        idle = asyncio.get_running_loop().time() - self._used_at
        if self._line is not None and (idle > KEPT_S or self._line.gone):
            await self._drop()
        if self._line is None:
            self._line = await self._stack.enter_async_context(
                bound(self._address, BindTransmitter)
            )
        return self._line

    async def _drop(self) -> None:
        self._line = None
        await self._stack.aclose()


async def ask(line: Line, message: SubmitSm) -> Pdu:
    """Submit and wait for the answer of the same number; answers the SMSC's own questions."""
    message.sequence_num = line.number()
    await line.write(message)
    try:
        async with asyncio.timeout(ANSWER_S):
            return await _answer(line, message.sequence_num)
    except TimeoutError as error:
        raise LineBroken("the SMSC does not answer") from error


async def _answer(line: Line, number: int) -> Pdu:
    while True:
        pdu = await line.read(ANSWER_S)
        if pdu.command & RESPONSE and pdu.sequence == number:
            return pdu
        if pdu.command == ENQUIRE_LINK:
            await line.write(EnquireLinkResp(sequence_num=pdu.sequence))
