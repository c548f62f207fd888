"""Whether a mail is by who it says: as the edge of the mail, our relay or the provider found."""

from msgspec.structs import replace

from normalizer.model import Draft
from normalizer.steps.source import Source
from normalizer.trust.relay import trust_of_relay


def read_trust(draft: Draft, source: Source) -> Draft:
    """What was found out before counts, then the provider's word, then that of a trusted relay."""
    raw = source.message.mail
    found = source.trust or source.message.trust
    if found is None and raw is not None:
        found = trust_of_relay(raw, source.relays)
    return replace(draft, trust=found) if found else draft
