"""Whether a mail is by who it says: as the edge of the mail, our relay or the provider found."""

from msgspec.structs import replace

from connectors.events import SenderTrust
from normalizer.model import Draft
from normalizer.steps.source import Source
from normalizer.trust.domains import domain_of
from normalizer.trust.relay import trust_of_relay
from normalizer.trust.signatures import check_signatures

NOT_THE_AUTHOR = "what was checked is {domain}, which is not its author's"


def read_trust(draft: Draft, source: Source) -> Draft:
    """What was found out before counts, then the provider's word, then that of a trusted relay.

    Signatures of the author are verified here: they need no network.
    """
    raw = source.message.mail
    found = source.trust or source.message.trust
    if found is None and raw is not None:
        found = trust_of_relay(raw, source.relays)
    if raw is None or draft.mail is None:
        return replace(draft, trust=found) if found else draft
    author = draft.sent_by or draft.senders[0].value
    checked = check_signatures(raw, author, source.keys, draft.received_at)
    mail = replace(draft.mail, signatures=checked) if checked else draft.mail
    return replace(draft, trust=_of_author(found, author) if found else draft.trust, mail=mail)


def _of_author(found: SenderTrust, author: str) -> SenderTrust:
    """The finding, where it is about whom the mail is taken to be from.

    DMARC is about From. Where that holds no valid address another field names the author (MAIL.md
    rule 10), and a domain that was proven would prove somebody else.
    """
    if not found.domain or domain_of(f"@{found.domain}") == domain_of(author):
        return found
    return replace(found, verdict="fail", reason=NOT_THE_AUTHOR.format(domain=found.domain))
