"""What a mail provider says of a sender, where it says so beside the mail (within it, anybody may).

Only a pass that fits the author's own domain proves anything: a signature of somebody else's does
not (RFC 7489 section 3.1, in its strict form).
"""

from email.utils import parseaddr

import msgspec

from connectors.events import SenderTrust, TrustVerdict

_DMARC: dict[str, TrustVerdict] = {"pass": "pass", "fail": "fail", "temperror": "temperror"}


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """Results in lower case, "" where there is none; domains of what was checked."""

    by: str
    spf: str = ""
    spf_domain: str = ""
    dkim: str = ""
    dkim_domain: str = ""
    dmarc: str = ""
    policy: str = ""


def trust_of(author: str, said: Said) -> SenderTrust | None:
    """``author`` is a From header; None when the provider said nothing."""
    domain = domain_of(author)
    if not domain or not (said.spf or said.dkim or said.dmarc):
        return None
    return SenderTrust(
        verdict=_verdict(domain, said),
        source="provider",
        domain=domain,
        spf=said.spf or "none",
        spf_domain=said.spf_domain,
        dkim=said.dkim or "none",
        dkim_domain=said.dkim_domain,
        dmarc=said.dmarc or "none",
        policy=said.policy,
        by=said.by,
    )


def domain_of(address: str) -> str:
    """Of a mailbox or a plain address, lower case."""
    _, at, domain = parseaddr(address)[1].rpartition("@")
    return domain.strip().lower().rstrip(".") if at else ""


def _verdict(domain: str, said: Said) -> TrustVerdict:
    if said.dmarc in _DMARC:
        return _DMARC[said.dmarc]
    proven = {"pass"} & {
        said.spf if said.spf_domain == domain else "",
        said.dkim if said.dkim_domain == domain else "",
    }
    return "pass" if proven else "none"
