"""A raw mail as an event whose fields are filled: what ``explain`` shows, and cases expect."""

from msgspec.structs import replace

from connectors.contract import InboxId
from connectors.events import MediaRef, MessageReceived
from normalizer.model import Draft
from normalizer.pipeline import Context, normalise


def as_read(event: MessageReceived) -> MessageReceived:
    """By the steps that ingest runs; nothing is looked up and nothing is stored."""
    context = Context(
        inbox_id=InboxId("inbox"),
        channel="email",
        address="",
        journal_id="",
        received_at=event.occurred_at,
    )
    draft = normalise(event, context)
    return replace(
        event,
        dedupe_id=draft.dedupe_id,
        native_id=draft.native_id,
        thread_key=draft.thread_key,
        senders=draft.senders,
        sender_name=draft.sender_name,
        occurred_at=draft.occurred_at,
        subject=draft.subject,
        text=draft.text,
        html=draft.html,
        attachments=_files(draft),
        reply_to=draft.reply_to,
    )


def _files(draft: Draft) -> tuple[MediaRef, ...]:
    """Those within the mail, and those that are still to be fetched (``ref``)."""
    return tuple(
        MediaRef(
            kind=file.kind,
            ref=file.source,
            name=file.name,
            media_type=file.media_type,
            size=file.size,
        )
        for file in draft.files
    )
