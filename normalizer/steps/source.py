"""What every step may look at beside the draft: the event as it came, and whose inbox it is."""

import msgspec

from connectors.events import MessageReceived, SenderTrust
from normalizer.model import MailRules
from normalizer.trust.keys import NO_KEYS, Keys


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """``own`` holds our addresses and our agents' (lower case): not customers. HTML must not lead
    into the API at ``origin``: an agent's browser would go there with the agent's session.
    ``trust`` is what was found out of the sender; ``relays`` may say so in the mail itself.
    """

    message: MessageReceived
    channel: str
    address: str
    own: frozenset[str] = frozenset()
    origin: str = ""
    rules: MailRules = MailRules()
    trust: SenderTrust | None = None
    relays: frozenset[str] = frozenset()
    keys: Keys = NO_KEYS
