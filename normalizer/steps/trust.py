"""Whether a mail is by who it says: as the edge of the mail, our relay or the provider found."""

from msgspec.structs import replace

from normalizer.model import Draft
from normalizer.steps.source import Source
from normalizer.trust.relay import trust_of_relay
from normalizer.trust.signatures import check_signatures


def read_trust(draft: Draft, source: Source) -> Draft:
    """What was found out before counts, then the provider's word, then that of a trusted relay.

    Signatures of the author are verified here: they need no network.
    """
    raw = source.message.mail
    found = source.trust or source.message.trust
    if found is None and raw is not None:
        found = trust_of_relay(raw, source.relays)
    draft = replace(draft, trust=found) if found else draft
    if raw is None or draft.mail is None:
        return draft
    author = draft.sent_by or draft.senders[0].value
    checked = check_signatures(raw, author, source.keys, draft.received_at)
    return replace(draft, mail=replace(draft.mail, signatures=checked)) if checked else draft
