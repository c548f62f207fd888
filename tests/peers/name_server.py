"""A name server for tests: real UDP and TCP on the loopback, with faults on demand."""

import asyncio
import struct
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Self

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

SILENT = "silent"
BROKEN = "broken"

Zone = dict[tuple[str, str], Sequence[str] | str]


class NameServer(asyncio.DatagramProtocol):
    """``zone`` maps (name, type) to records, or to SILENT or BROKEN; other names do not exist."""

    def __init__(self, zone: Zone) -> None:
        self.zone = zone
        self.asked: Counter[tuple[str, str]] = Counter()
        self._transport: asyncio.DatagramTransport | None = None
        self._tcp: asyncio.Server | None = None
        self.port = 0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def start(self) -> Self:
        loop = asyncio.get_running_loop()
        self._tcp = await asyncio.start_server(self._stream, "127.0.0.1", 0)
        self.port = self._tcp.sockets[0].getsockname()[1]
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: self, local_addr=("127.0.0.1", self.port)
        )
        return self

    async def close(self) -> None:
        assert self._transport is not None
        assert self._tcp is not None
        self._transport.close()
        self._tcp.close()
        await self._tcp.wait_closed()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        reply = self._reply(data)
        if reply is None or self._transport is None:
            return
        wire = reply.to_wire(max_size=65_535)
        if len(wire) > 1232:
            reply.answer = []
            reply.flags |= dns.flags.TC
            wire = reply.to_wire()
        self._transport.sendto(wire, addr)

    async def _stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        (length,) = struct.unpack("!H", await reader.readexactly(2))
        reply = self._reply(await reader.readexactly(length))
        if reply is not None:
            wire = reply.to_wire(max_size=65_535)
            writer.write(struct.pack("!H", len(wire)) + wire)
            await writer.drain()
        writer.close()

    def _reply(self, data: bytes) -> dns.message.Message | None:
        query = dns.message.from_wire(data)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked[name, kind] += 1
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        found = self.zone.get((name, kind))
        if found == SILENT:
            return None
        if found == BROKEN:
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif found is None and not any(known == name for known, _ in self.zone):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        elif found:
            records = [_quoted(one) if kind == "TXT" else one for one in found]
            reply.answer.append(dns.rrset.from_text(question.name, 300, "IN", kind, *records))
        return reply


def _quoted(text: str) -> str:
    """A TXT record's strings hold 255 bytes each."""
    pieces = [text[at : at + 255] for at in range(0, len(text), 255)] or [""]
    return " ".join(f'"{piece}"' for piece in pieces)


@asynccontextmanager
async def serving(zone: Mapping[tuple[str, str], Sequence[str] | str]) -> AsyncIterator[NameServer]:
    """A server for the time of a block."""
    server = await NameServer(dict(zone)).start()
    try:
        yield server
    finally:
        await server.close()
