"""What outbound raises; the edge turns each into a problem document.

OutboundError
├── KeyReused        409  the idempotency key was used before with other content
├── NewerMessage     409  the customer wrote meanwhile; carries that message's id
├── TooLate          409  the message is past the state that the command needs
├── CannotReply      422  the channel or the window does not allow it; names the field
├── Taken                 a new reply's id is there already (never raised to the outside)
├── NotOurs               a claim is somebody else's by now (never raised to the outside)
├── LinkForged       404  a file link that we did not sign
└── LinkExpired      410  a file link after its time

NotFound, Forbidden and Invalid are ticketing's (``ticketing.errors``).
"""

from normalizer.model import DeliveryState, MessageId


class OutboundError(Exception):
    """Anything outbound says of a command."""


class KeyReused(OutboundError):
    """The same idempotency key came with other content: the first reply stands."""

    def __init__(self, message_id: MessageId) -> None:
        super().__init__("this idempotency key was already used for another reply")
        self.message_id = message_id


class Taken(OutboundError):
    """Somebody has written a reply under this id: the key came before."""


class NotOurs(OutboundError):
    """A message is no longer as its claimant left it."""


class NewerMessage(OutboundError):
    """The customer wrote after the message that the agent had seen last."""

    def __init__(self, message_id: MessageId) -> None:
        super().__init__("a newer message arrived while you were writing")
        self.message_id = message_id


class TooLate(OutboundError):
    """``state`` is what the message is in now."""

    def __init__(self, state: DeliveryState, step: str) -> None:
        super().__init__(f"a message that is {state} cannot be changed by {step!r}")
        self.state = state


class CannotReply(OutboundError):
    """``field`` of the reply (or "channel", "window") stands in the way; the message says how."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


class LinkForged(OutboundError):
    """Nobody here signed this link."""


class LinkExpired(OutboundError):
    """We signed this link, for a time that is over."""
