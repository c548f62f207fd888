"""What a channel.toml shows of itself, as the manifest that everybody else reads."""

from collections.abc import Iterator, Mapping

import msgspec

from connectors.declarative import model
from connectors.events import ReceiptState
from connectors.manifest import Capability, Manifest

OF_KIND: Mapping[str, Capability] = {
    "edit": "edits",
    "delete": "deletions",
    "reaction": "reactions",
    "typing": "typing",
}
RECEIPTS: tuple[ReceiptState, ...] = ("sent", "delivered", "read", "failed")


def manifest_of(file: model.ChannelFile) -> Manifest:
    """What the file shows of its capabilities need not be said again."""
    limits = file.limits
    by_link = file.send is not None and file.send.files != "none" and not _brings(file.send)
    limits = msgspec.structs.replace(
        limits,
        files_by_link=limits.files_by_link or by_link,
        splits=limits.splits or bool(limits.max_chars),
        sms_segments=limits.sms_segments or file.family == "tel",
    )
    shown = dict.fromkeys((*file.capabilities, *_shown(file)))
    return Manifest(
        id=file.id,
        name=file.name,
        family=file.family,
        transports=file.transports,
        tier=file.tier,
        docs=file.docs,
        summary=file.summary,
        capabilities=tuple(shown),
        receipts=_receipts(file),
        limits=limits,
        exempt=file.exempt,
        proved_by=file.proved_by,
    )


def _brings(send: model.Send) -> bool:
    multiparts = (send.multipart, send.upload, *(one.multipart for one in send.variants))
    return any(one is not None for one in multiparts)


def _shown(file: model.ChannelFile) -> Iterator[Capability]:
    events = file.receive.events if file.receive else ()
    if file.send is not None:
        yield from ("reply", "start", "retry_hints", "reauth")
        if file.send.files != "none":
            yield "media_out"
    if any(event.files for event in events):
        yield "media_in"
    if any(event.reply_to for event in events):
        yield "reply_to"
    if file.health is not None:
        yield "health"
    yield from (OF_KIND[event.kind] for event in events if event.kind in OF_KIND)


def _receipts(file: model.ChannelFile) -> tuple[ReceiptState, ...]:
    events = file.receive.events if file.receive else ()
    receipts = [event for event in events if event.kind == "receipt"]
    if any(not event.states for event in receipts):
        return RECEIPTS
    named = {name for event in receipts for name in event.states}
    return tuple(name for name in RECEIPTS if name in named)
