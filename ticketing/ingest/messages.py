"""The stored message that a draft becomes: pure."""

from normalizer.model import Author, Delivery, Draft, Message
from ticketing.ingest.entry import Entry
from ticketing.model import Contact, Conversation


def message_of(entry: Entry, contact: Contact, conversation: Conversation) -> Message:
    draft = entry.draft
    return Message(
        id=entry.message_id,
        inbox_id=draft.inbox_id,
        channel=draft.channel,
        conversation_id=conversation.id,
        ticket_id=conversation.ticket_id,
        direction="note" if entry.internal else "out" if draft.echo else "in",
        author=_author(entry, contact),
        occurred_at=draft.occurred_at,
        received_at=draft.received_at,
        native_id=draft.native_id,
        sequence=draft.sequence,
        journal_id=draft.journal_id,
        subject=draft.subject,
        text=draft.text,
        html=draft.html,
        reply_text=draft.reply_text,
        signature=draft.signature,
        language=draft.language,
        files=draft.files,
        reply_to=draft.reply_to,
        call=draft.call,
        mail=draft.mail,
        trust=draft.trust,
        delivery=_echoed(draft),
        threaded_by=f"{entry.decision.rule}: {entry.decision.why}",
        warnings=entry.warnings,
    )


def address_of(draft: Draft) -> str:
    return draft.senders[0].value


def _author(entry: Entry, contact: Contact) -> Author:
    draft = entry.draft
    if draft.echo:
        return Author(kind="vendor", name=draft.sender_name)
    address = address_of(draft)
    if entry.from_us:
        return Author(kind="vendor", name=draft.sender_name, address=address)
    if entry.reports:
        return Author(kind="system", name=draft.sender_name or address, address=address)
    return Author(kind="contact", id=contact.id, name=contact.name, address=address)


def _echoed(draft: Draft) -> Delivery | None:
    if not draft.echo:
        return None
    ids = (draft.native_id,) if draft.native_id else ()
    return Delivery(state="sent", changed_at=draft.occurred_at, native_ids=ids)
