"""What is done to messages, and what was said of calls, as answers: pure."""

from connectors.acts import EMOJIS
from connectors.manifest import Manifest
from gateway.api import schemas as s
from normalizer import model as normal


def offers(manifest: Manifest) -> list[s.ActOffer]:
    """What can be done to messages of a channel."""
    return [
        s.ActOffer(
            kind=kind, within_h=limit.within_h, emojis=list(EMOJIS) if kind == "react" else []
        )
        for kind in manifest.acts.kinds
        if (limit := manifest.acts.limit(kind)) is not None
    ]


def reaction(found: normal.Reaction) -> s.Reaction:
    """An emoji and whose it is."""
    ours = found.sender == normal.OURS
    return s.Reaction(sender=found.name if ours else found.sender, emoji=found.emoji, ours=ours)


def act(found: normal.Act | None) -> s.Act | None:
    """What we want to happen to a message; what it said before is not told."""
    if found is None:
        return None
    return s.Act(kind=found.kind, message_id=found.message_id, text=found.text, emoji=found.emoji)


def call(found: normal.Call | None) -> s.PhoneCall | None:
    """A call that was reported."""
    return s.PhoneCall(state=found.state, duration_s=found.duration_s) if found else None
