"""A stored message as its connector is given it. Pure; files open only when they are read."""

from collections.abc import Callable
from functools import partial

import msgspec

from connectors.contract import MailEnvelope, OutboundFile, OutboundMessage
from connectors.events import SenderId
from connectors.manifest import Manifest
from normalizer.model import File, Message
from outbound.render import html_of
from storage.blobs import Blobs

NOBODY = SenderId(family="", value="")
Link = Callable[[File], str]


def private(_file: File) -> str:
    """No link: the channel carries the bytes itself."""
    return ""


def outgoing(
    message: Message,
    thread_key: str,
    blobs: Blobs,
    manifest: Manifest | None = None,
    link: Link = private,
    *,
    reply_handle: str = "",
) -> OutboundMessage:
    """One reply; a mail that was written as plain text gets its HTML alternative here."""
    html = message.html
    if html is None and message.envelope is not None and manifest and manifest.can("html"):
        html = html_of(message.text)
    return OutboundMessage(
        id=send_id(message),
        recipient=message.recipient or NOBODY,
        thread_key=thread_key,
        text=message.text,
        created_at=message.occurred_at,
        html=html,
        subject=message.subject,
        sender_name=message.author.name,
        attachments=tuple(_file(file, blobs, link(file)) for file in message.files),
        template=message.template,
        reply_to=message.reply_to if message.envelope is None else "",
        reply_handle=reply_handle,
        mail=_envelope(message),
    )


def _envelope(message: Message) -> MailEnvelope | None:
    """Who has it already is named in the headers, and not sent it again."""
    taken = message.delivery.taken if message.delivery else ()
    if message.envelope is None or not taken:
        return message.envelope
    return msgspec.structs.replace(message.envelope, taken=taken)


def send_id(message: Message) -> str:
    """The provider's idempotency key: a new one only when an agent asked for the send again."""
    rounds = message.delivery.round if message.delivery else 0
    return f"{message.id}.{rounds}" if rounds else message.id


def _file(file: File, blobs: Blobs, url: str) -> OutboundFile:
    return OutboundFile(
        name=file.name,
        media_type=file.media_type,
        size=file.size,
        open=partial(blobs.open, file.sha256),
        url=url,
        content_id=file.content_id,
    )
