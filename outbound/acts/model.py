"""What an agent asks for."""

import msgspec

from connectors.manifest import ActKind
from normalizer.model import MessageId


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """``key`` makes a repeated call the first one again. An edit brings ``text``, a reaction
    ``emoji`` ("" takes ours away).
    """

    kind: ActKind
    message_id: MessageId
    key: str
    text: str = ""
    emoji: str = ""
