"""An act as its connector is given it, with what the message is by now."""

from connectors.acts import ActSender, OutboundAct
from connectors.contract import Accepted, Rejected, SendOutcome
from connectors.events import SenderId
from normalizer.model import Act, Message
from outbound.acts.policy import ours_on
from outbound.model import Outlet
from outbound.outgoing import NOBODY, send_id
from outbound.store import OutboundStore


async def prepared(
    store: OutboundStore, claimed: Message, act: Act, thread_key: str, outlet: Outlet
) -> tuple[ActSender, OutboundAct] | SendOutcome:
    """What to ask of whom; or the outcome, where nothing need or can be asked."""
    message = await store.message(act.message_id)
    gone = message is None or message.erased or message.deleted_at is not None
    if message is None or gone:
        taken_back = Rejected(reason="the message was taken back meanwhile")
        return Accepted(native_ids=()) if act.kind == "delete" else taken_back
    sender = outlet.sender
    if not isinstance(sender, ActSender) or outlet.manifest.acts.limit(act.kind) is None:
        return Rejected(reason=f"{outlet.manifest.name} cannot do this")
    before = ours_on(message)
    if act.kind == "react" and (before.emoji if before else "") == act.emoji:
        return Accepted(native_ids=(before.native_id,) if before and before.native_id else ())
    return sender, OutboundAct(
        id=send_id(claimed),
        kind=act.kind,
        recipient=claimed.recipient or NOBODY,
        thread_key=thread_key,
        native_ids=_native_ids(message),
        author=_author(message),
        text=act.text,
        emoji=act.emoji,
        before=before.emoji if before else "",
        before_id=before.native_id if before else "",
    )


def _native_ids(message: Message) -> tuple[str, ...]:
    if message.delivery is not None:
        return message.delivery.native_ids
    return (message.native_id,)


def _author(message: Message) -> SenderId | None:
    """Of a customer's message its writer; in a group that is not who the reply goes to."""
    if message.direction != "in":
        return None
    return SenderId(family="", value=message.author.address)
