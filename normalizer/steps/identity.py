"""Who is speaking: canonical identities, and which senders are ourselves."""

from collections.abc import Iterable

from msgspec.structs import replace

from connectors.events import SenderId
from normalizer.mail.addresses import is_own
from normalizer.model import Draft
from normalizer.steps.source import Source

MAX_SENDERS = 40  # MAIL.md rule 16; also a bound on what one event can add to a contact


def settle_identity(draft: Draft, source: Source) -> Draft:
    """Senders in canonical form, each once, the most stable first.

    A mail from one of our own addresses or of an agent is not a customer speaking: it becomes an
    echo, and the customer is the first foreign recipient. Without one it is among ourselves.
    So is what lay in our own folder of sent mail, by whatever name it was sent.
    """
    senders = _canonical(draft.senders) or (SenderId(family=draft.channel, value="unknown"),)
    draft = replace(draft, thread_key=draft.thread_key or senders[0].canonical)
    if draft.mail is None or not (draft.echo or is_own(senders[0].value, source.own)):
        return replace(draft, senders=senders)
    draft = replace(draft, filed=draft.echo)
    customer = next((to for to in _recipients(draft) if not is_own(to, source.own)), None)
    if customer is None:
        return replace(draft, senders=senders, among_us=True, echo=False)
    return replace(draft, senders=(SenderId(family="mailto", value=customer),), echo=True)


def _recipients(draft: Draft) -> Iterable[str]:
    return (*draft.mail.to, *draft.mail.cc) if draft.mail else ()


def _canonical(senders: Iterable[SenderId]) -> tuple[SenderId, ...]:
    found: dict[str, SenderId] = {}
    for sender in senders:
        for known in _forms(sender):
            found.setdefault(known.canonical, known)
    return tuple(found.values())[:MAX_SENDERS]


def _forms(sender: SenderId) -> Iterable[SenderId]:
    value = sender.value.strip()
    if sender.family == "mailto":
        value = value.lower()
    yield replace(sender, value=value)
    if sender.family == "whatsapp" and value.isdigit():
        yield SenderId(family="tel", value=f"+{value}")  # a WhatsApp id is the number it rings at
