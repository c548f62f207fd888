"""Asks the DNS who may have sent a mail. Nothing here waits longer than ``CHECK_S``."""

import asyncio
from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar

from msgspec.structs import replace

from connectors.events import SenderTrust
from connectors.kit.dns import Dns, DnsAnswer
from normalizer.trust import metrics, relay
from normalizer.trust.dkim import check_arc, check_dkim
from normalizer.trust.dmarc import find_policy
from normalizer.trust.domains import aligned
from normalizer.trust.head import Head, Signature, read_head
from normalizer.trust.hop import Hop
from normalizer.trust.spf import check_spf
from normalizer.trust.verdict import (
    UNANSWERED,
    DkimFinding,
    Findings,
    SpfFinding,
    judge,
    no_single_author,
)

FoundT = TypeVar("FoundT")

CHECK_S = 6.0
CHECKED_MOST = 4  # signatures of one mail; each costs a look at its whole body
LARGE = 1_000_000
LARGE_AT_ONCE = 2  # dkimpy takes a mail apart line by line: some four times its size


class SenderCheck:
    """``forwarders`` are domains whose ARC seal counts (RFC 8617 section 9.2: trust is local)."""

    def __init__(
        self, dns: Dns, forwarders: Iterable[str] = (), *, limit_s: float = CHECK_S
    ) -> None:
        self._dns = dns
        self._forwarders = frozenset(map(str.lower, forwarders))
        self._limit_s = limit_s
        self._large = asyncio.Semaphore(LARGE_AT_ONCE)

    async def check(self, mail: bytes, hop: Hop | None) -> SenderTrust:
        """``hop`` None: the client is not known (IMAP, a relay of ours); then a signature can prove
        the author, and nothing can disprove them. Never raises for what a mail or the DNS holds.
        """
        head = read_head(mail)
        trust = no_single_author(head)
        if trust is None:
            try:
                async with asyncio.timeout(self._limit_s):
                    trust = await self._judged(mail, head, hop)
            except TimeoutError:
                trust = SenderTrust(
                    verdict="temperror",
                    source="computed",
                    domain=head.author,
                    dmarc="temperror",
                    reason=UNANSWERED,
                )
        metrics.SENDERS.labels(trust.verdict).inc()
        return trust

    async def _judged(self, mail: bytes, head: Head, hop: Hop | None) -> SenderTrust:
        theirs = [one for one in head.signatures if aligned(one.domain, head.author)]
        if hop is None and not theirs:
            return SenderTrust(verdict="none", source="computed", domain=head.author)
        spf, policy, dkim = await asyncio.gather(
            self._spf(hop), find_policy(head.author, self._dns), self._dkim(mail, theirs)
        )
        found = judge(head.author, Findings(spf=spf, dkim=dkim, policy=policy))
        if not head.sealer:
            return found
        if found.verdict != "fail" or head.sealer not in self._forwarders:
            return replace(found, arc="unchecked", arc_domain=head.sealer)
        return await self._forwarded(mail, head, found)

    async def _spf(self, hop: Hop | None) -> SpfFinding | None:
        if hop is None:
            return None
        if not hop.domain:
            return SpfFinding("none", "")
        return SpfFinding(await check_spf(hop, self._dns), hop.domain)

    async def _dkim(self, mail: bytes, theirs: list[Signature]) -> list[DkimFinding]:
        """Only signatures of the author's own domain can prove anything of the author."""
        chosen = theirs[:CHECKED_MOST]
        keys = await self._keys({one.key_name for one in chosen})
        found: list[DkimFinding] = []
        for one in chosen:
            found.append(
                DkimFinding(
                    await self._apart(len(mail), partial(check_dkim, mail, one, keys)), one.domain
                )
            )
            if found[-1].result == "pass":
                break
        return found

    async def _forwarded(self, mail: bytes, head: Head, found: SenderTrust) -> SenderTrust:
        """A forwarder breaks SPF and often DKIM; one we trust says what it had found itself."""
        keys = await self._keys(head.key_names)
        state, said = await self._apart(len(mail), partial(check_arc, mail, keys))
        found = replace(found, arc=state, arc_domain=head.sealer)
        word = relay.read_results(said)
        if state == "pass" and relay.vouches(word, head.author):
            return replace(found, verdict="pass", by=head.sealer, reason="")
        return found

    async def _keys(self, names: Iterable[str]) -> dict[str, DnsAnswer]:
        wanted = list(names)
        answers = await asyncio.gather(*(self._dns.lookup(name, "TXT") for name in wanted))
        return dict(zip(wanted, answers, strict=True))

    async def _apart(self, size: int, work: Callable[[], FoundT]) -> FoundT:
        """In a thread: canonicalising a large mail takes long."""
        if size < LARGE:
            return await asyncio.to_thread(work)
        async with self._large:
            return await asyncio.to_thread(work)
