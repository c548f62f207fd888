"""What an act changed at the provider, changed here: in the transaction that settles it."""

from datetime import datetime

import msgspec

from connectors.events import MessageDeleted, MessageEdited
from normalizer.model import OURS, Act, Delivery, Message, Reaction
from outbound import facts
from outbound.acts.policy import THERE
from outbound.store import OutboundStore
from storage.events import Event
from storage.mongo import Session
from ticketing.ingest.changes import changed


async def apply_act(
    store: OutboundStore, message: Message, after: Delivery, session: Session
) -> list[Event]:
    """The events that tell of it, stored; none for what is no act, or is not done (yet)."""
    act, before = message.act, message.delivery
    if act is None or before is None or (before.state in THERE) == (after.state in THERE):
        return []
    spoken_of = await store.message(act.message_id, session)
    if spoken_of is None:
        return []
    new = done(spoken_of, message, act, after)
    if new is None:
        return []
    if act.kind != "react" and after.state in THERE:
        kept = msgspec.structs.replace(act, was=spoken_of.text)
        files = spoken_of.files if act.kind == "delete" else ()
        await store.amend(message, msgspec.structs.replace(message, act=kept, files=files), session)
    await store.amend(spoken_of, new, session)
    event = facts.act_done(new, message, after)
    await store.append([event], session)
    return [event]


def done(spoken_of: Message, message: Message, act: Act, after: Delivery) -> Message | None:
    """The message after the act, or, where the provider took its word back, without it; None when
    nothing is another now. Pure.
    """
    if act.kind == "react":
        taken = after.state in THERE
        return _reacted(spoken_of, message, act if taken else _without(act), after)
    if after.state not in THERE:
        return None
    return _changed(spoken_of, message, act, after.changed_at)


def _changed(spoken_of: Message, message: Message, act: Act, at: datetime) -> Message | None:
    id, native_id = message.id, act.message_id
    if act.kind == "delete":
        gone = MessageDeleted(dedupe_id=id, native_id=native_id, occurred_at=at)
        return changed(spoken_of, gone)
    edit = MessageEdited(dedupe_id=id, native_id=native_id, occurred_at=at, text=act.text)
    return changed(spoken_of, edit)


def _without(act: Act) -> Act:
    return msgspec.structs.replace(act, emoji="")


def _reacted(spoken_of: Message, message: Message, act: Act, after: Delivery) -> Message | None:
    """Acts of one conversation are done in order: the last one holds."""
    if spoken_of.deleted_at is not None or spoken_of.erased:
        return None
    others = tuple(one for one in spoken_of.reactions if one.sender != OURS)
    mine = Reaction(
        sender=OURS,
        emoji=act.emoji,
        at=after.changed_at,
        name=message.author.name,
        native_id=after.native_ids[0] if after.native_ids else "",
    )
    return msgspec.structs.replace(spoken_of, reactions=(*others, mine) if act.emoji else others)
