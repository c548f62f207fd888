"""The one way to ask the DNS: bounded in time, number and size, remembered, and counted.

Whoever writes a mail chooses the names that are asked for, and may answer slowly, hugely or never.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import Literal, Protocol

import dns.asyncresolver
import dns.exception
import dns.name
import dns.nameserver
import dns.rdata
import dns.resolver
import msgspec
from dns.rdtypes.ANY.MX import MX
from dns.rdtypes.ANY.PTR import PTR
from dns.rdtypes.ANY.TXT import TXT

from connectors.metrics import DNS_LOOKUPS, DNS_SECONDS

LOOKUP_S = 2.0
AT_ONCE = 64
REMEMBERED = 10_000
FAILURE_KEPT_S = 30.0
FAILURES_KEPT = 2_000
RECORDS_MOST = 50
RECORD_BYTES = 8_192

RecordType = Literal["A", "AAAA", "MX", "PTR", "TXT"]
Outcome = Literal["found", "none", "absent", "failed"]


class DnsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """``none``: the name has no such record; ``absent``: there is no such name; ``failed``: nobody
    can say now. Hosts come without their last dot, the strings of one TXT record joined.
    """

    outcome: Outcome
    records: tuple[str, ...] = ()


class Dns(Protocol):
    """Who answers for names."""

    async def lookup(self, name: str, kind: RecordType) -> DnsAnswer:
        """Never raises, and takes at most a few seconds."""


class DnsClient:
    """Asks ``servers`` ("host" or "host:port"; none: the system's). One for each event loop."""

    def __init__(self, servers: Sequence[str] = (), *, lookup_s: float = LOOKUP_S) -> None:
        self._resolver = _resolver(servers, lookup_s)
        self._limit_s = lookup_s
        self._room = asyncio.Semaphore(AT_ONCE)
        self._asking: dict[tuple[str, str], asyncio.Task[DnsAnswer]] = {}
        self._failed: dict[tuple[str, str], float] = {}

    async def lookup(self, name: str, kind: RecordType) -> DnsAnswer:
        """See ``Dns.lookup``. Those who ask for the same at once share the answer."""
        key = (name.rstrip(".").lower(), kind)
        if self._failed.get(key, 0.0) > time.monotonic():
            DNS_LOOKUPS.labels("remembered_failure").inc()
            return DnsAnswer(outcome="failed")
        task = self._asking.get(key)
        if task is None:
            task = asyncio.create_task(self._ask(*key))
            self._asking[key] = task
            task.add_done_callback(lambda _: self._asking.pop(key, None))
        return await asyncio.shield(task)

    async def _ask(self, name: str, kind: str) -> DnsAnswer:
        try:
            async with asyncio.timeout(self._limit_s * 2), self._room:
                with DNS_SECONDS.time():
                    answer = await self._answer(name, kind)
        except (dns.exception.DNSException, TimeoutError, OSError, ValueError):
            answer = DnsAnswer(outcome="failed")
            self._remember_failure((name, kind))
        DNS_LOOKUPS.labels(answer.outcome).inc()
        return answer

    async def _answer(self, name: str, kind: str) -> DnsAnswer:
        if self._resolver is None:
            return DnsAnswer(outcome="failed")
        try:
            found = await self._resolver.resolve(
                f"{name}.", kind, raise_on_no_answer=False, search=False
            )
        except dns.resolver.NXDOMAIN:
            return DnsAnswer(outcome="absent")
        except (dns.name.LabelTooLong, dns.name.NameTooLong, dns.name.EmptyLabel):
            return DnsAnswer(outcome="absent")
        records = tuple(filter(None, map(_text, list(found.rrset or ())[:RECORDS_MOST])))
        return DnsAnswer(outcome="found" if records else "none", records=records)

    def _remember_failure(self, key: tuple[str, str]) -> None:
        """A server that is silent is not asked again by every mail that names it."""
        if len(self._failed) >= FAILURES_KEPT:
            self._failed.clear()
        self._failed[key] = time.monotonic() + FAILURE_KEPT_S


def _resolver(servers: Sequence[str], lookup_s: float) -> dns.asyncresolver.Resolver | None:
    """None where neither settings nor the system name a server: then every lookup fails."""
    try:
        resolver = dns.asyncresolver.Resolver(configure=not servers)
    except dns.resolver.NoResolverConfiguration:
        return None
    if servers:
        resolver.nameservers = [
            dns.nameserver.Do53Nameserver(host, int(port or 53))
            for host, port in map(_host_and_port, servers)
        ]
    resolver.cache = dns.resolver.LRUCache(REMEMBERED)
    resolver.timeout = lookup_s / 2
    resolver.lifetime = lookup_s
    return resolver


def _host_and_port(server: str) -> tuple[str, str]:
    """``host``, ``host:port``, ``[v6]:port`` or a bare IPv6 address."""
    if server.startswith("["):
        host, _, port = server[1:].partition("]")
        return host, port.removeprefix(":")
    host, _, port = server.partition(":")
    return (server, "") if ":" in port else (host, port)


def _text(record: dns.rdata.Rdata) -> str:
    """ "" for what is too large to be meant seriously."""
    if isinstance(record, TXT):
        joined = b"".join(record.strings)
        return joined.decode("utf-8", "replace") if len(joined) <= RECORD_BYTES else ""
    if isinstance(record, MX):
        return record.exchange.to_text(omit_final_dot=True)
    if isinstance(record, PTR):
        return record.target.to_text(omit_final_dot=True)
    return str(record)
