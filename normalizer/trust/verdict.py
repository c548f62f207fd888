"""From single results to what they say together of the author; pure."""

from collections.abc import Sequence

import msgspec

from connectors.events import SenderTrust
from normalizer.trust.dmarc import Policy, Unknown
from normalizer.trust.domains import aligned
from normalizer.trust.head import Head

NO_AUTHOR = "the mail names no author"
SEVERAL_AUTHORS = "the mail names several authors"
UNANSWERED = "the DNS did not answer"
NOT_THEIRS = "neither its sending server nor a signature is of {domain}"
SERVER_REFUSED = "{domain} says that its mail does not come from that server"


class SpfFinding(msgspec.Struct, frozen=True):
    """``result`` of ``domain``, that of MAIL FROM or HELO."""

    result: str
    domain: str


class DkimFinding(msgspec.Struct, frozen=True):
    """One signature of the mail."""

    result: str
    domain: str


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """``spf`` None: the client is not known, so its silence proves nothing."""

    spf: SpfFinding | None
    dkim: Sequence[DkimFinding]
    policy: Policy | Unknown | None


def no_single_author(head: Head) -> SenderTrust | None:
    """A mail of no author or of several can be nobody's in particular (RFC 7489 section 6.6.1)."""
    if head.author:
        return None
    several = head.authors > 1 or len(head.domains) > 1
    return SenderTrust(
        verdict="fail",
        source="computed",
        dmarc="permerror",
        reason=SEVERAL_AUTHORS if several else NO_AUTHOR,
    )


def judge(author: str, found: Findings) -> SenderTrust:
    """The verdict on ``author``, the domain of From."""
    policy = found.policy if isinstance(found.policy, Policy) else None
    dkim = _foremost(author, found, policy)
    trust = SenderTrust(
        verdict="none",
        source="computed",
        domain=author,
        spf=found.spf.result if found.spf else "none",
        spf_domain=found.spf.domain if found.spf else "",
        dkim=dkim.result if dkim else "none",
        dkim_domain=dkim.domain if dkim else "",
        policy=policy.wish if policy else "",
    )
    if _proven(author, found, policy):
        return _said(trust, "pass", "pass" if policy else "none", "")
    if _undecided(author, found, policy):
        return _said(trust, "temperror", "temperror", UNANSWERED)
    if found.spf is None:
        return trust
    if policy:
        return _said(trust, "fail", "fail", NOT_THEIRS.format(domain=author))
    if found.spf.result == "fail" and aligned(found.spf.domain, author):
        return _said(trust, "fail", "none", SERVER_REFUSED.format(domain=found.spf.domain))
    return trust


def _said(trust: SenderTrust, verdict: str, dmarc: str, reason: str) -> SenderTrust:
    return msgspec.structs.replace(trust, verdict=verdict, dmarc=dmarc, reason=reason)


def _foremost(author: str, found: Findings, policy: Policy | None) -> DkimFinding | None:
    """The signature that says most: of the author's domain, valid ones first."""
    strict = bool(policy and policy.strict_dkim)
    ranked = sorted(
        found.dkim,
        key=lambda one: (not aligned(one.domain, author, strict=strict), one.result != "pass"),
    )
    return ranked[0] if ranked else None


def _proven(author: str, found: Findings, policy: Policy | None) -> bool:
    strict_dkim = bool(policy and policy.strict_dkim)
    strict_spf = bool(policy and policy.strict_spf)
    spf = found.spf
    return any(
        one.result == "pass" and aligned(one.domain, author, strict=strict_dkim)
        for one in found.dkim
    ) or bool(spf and spf.result == "pass" and aligned(spf.domain, author, strict=strict_spf))


def _undecided(author: str, found: Findings, policy: Policy | None) -> bool:
    """Whether an answer of the DNS that did not come could still change everything."""
    aligned_dkim = [one for one in found.dkim if aligned(one.domain, author)]
    if any(one.result == "temperror" for one in aligned_dkim):
        return True
    if found.spf is None:
        return False
    if isinstance(found.policy, Unknown):
        return True
    return found.spf.result == "temperror" and aligned(found.spf.domain, author)
