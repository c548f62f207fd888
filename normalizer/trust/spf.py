"""SPF (RFC 7208) by spftrace, asked through our own resolver."""

from collections.abc import Mapping

from spftrace import BaseResolver, Evaluator, Limits

from connectors.kit.dns import Dns, Outcome, RecordType
from normalizer.trust.domains import a_label
from normalizer.trust.hop import Hop

SPF_S = 5.0
QUESTIONS_MOST = 40
_CODES: Mapping[Outcome, str] = {
    "found": "NOERROR",
    "none": "NOERROR",
    "absent": "NXDOMAIN",
    "failed": "SERVFAIL",
}
_KINDS: Mapping[str, RecordType] = {
    "A": "A", "AAAA": "AAAA", "MX": "MX", "PTR": "PTR", "TXT": "TXT",
}  # fmt: skip


class _Resolver(BaseResolver):
    def __init__(self, dns: Dns) -> None:
        self._dns = dns

    async def _lookup(self, name: str, rtype: str) -> tuple[str, list[str]]:
        answer = await self._dns.lookup(name, _KINDS[rtype])
        return _CODES[answer.outcome], list(answer.records)


async def check_spf(hop: Hop, dns: Dns) -> str:
    """One of the seven results of RFC 7208 section 2.6; at most ten terms that ask the DNS."""
    limits = Limits(time_limit=SPF_S, max_queries=QUESTIONS_MOST)
    sender = hop.mail_from if "@" in hop.mail_from else ""
    local = sender.rpartition("@")[0] or "postmaster"
    found = await Evaluator(_Resolver(dns), limits, receiver="unknown").evaluate(
        hop.ip, f"{local}@{hop.domain}", a_label(hop.helo)
    )
    return str(found.result)
