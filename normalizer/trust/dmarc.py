"""What the owner of a domain asks receivers to do (RFC 7489), found in the DNS."""

from typing import Literal

import msgspec

from connectors.kit.dns import Dns
from normalizer.trust.domains import organisation
from normalizer.trust.head import tags

Wish = Literal["none", "quarantine", "reject"]
_WISHES: dict[str, Wish] = {"none": "none", "quarantine": "quarantine", "reject": "reject"}
_STRICT = "s"


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """``strict_*``: only the very same domain is aligned."""

    wish: Wish
    strict_dkim: bool = False
    strict_spf: bool = False


class Unknown(msgspec.Struct, frozen=True):
    """The DNS did not answer: there may be a policy."""


async def find_policy(author: str, dns: Dns) -> Policy | Unknown | None:
    """That of the domain itself, else of its organisation (section 6.6.3); None: it has none."""
    found = await _published(author, dns)
    if found is None:
        parent = organisation(author)
        if parent and parent != author:
            found = await _published(parent, dns)
            return found if not isinstance(found, dict) else _policy(found, below=True)
    return found if not isinstance(found, dict) else _policy(found, below=False)


async def _published(domain: str, dns: Dns) -> dict[str, str] | Unknown | None:
    answer = await dns.lookup(f"_dmarc.{domain}", "TXT")
    if answer.outcome == "failed":
        return Unknown()
    records = [one for one in answer.records if _is_dmarc(one)]
    # several records count as none at all (section 6.6.3, step 5)
    return tags(records[0].encode("utf-8", "replace")) if len(records) == 1 else None


def _is_dmarc(record: str) -> bool:
    name, _, rest = record.partition("=")
    return name.strip() == "v" and rest.partition(";")[0].strip() == "DMARC1"


def _policy(found: dict[str, str], *, below: bool) -> Policy:
    """A wish that nobody understands is none; ``sp`` is for what lies below (section 6.3)."""
    wish = _WISHES.get(found.get("p", "").lower(), "none")
    if below:
        wish = _WISHES.get(found.get("sp", "").lower(), wish)
    return Policy(
        wish=wish,
        strict_dkim=found.get("adkim", "").lower() == _STRICT,
        strict_spf=found.get("aspf", "").lower() == _STRICT,
    )
