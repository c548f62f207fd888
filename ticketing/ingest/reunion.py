"""A mail arrives after its answers: what they began goes over to the ticket of the mail."""

from msgspec.structs import replace

from normalizer.model import Draft
from ticketing import facts
from ticketing.ingest.book import Book
from ticketing.merging.joining import joined
from ticketing.model import Ticket
from ticketing.threading import Place


def reunited(ticket: Ticket, early: Place | None, draft: Draft, book: Book) -> Ticket:
    """The mail's ticket with all that its early answers began, if nobody has seen to it yet."""
    if early is None or early.ticket.id == ticket.id or not _untouched(early.ticket):
        return ticket
    emptied, grown = joined(book.tickets[early.ticket.id], ticket, draft.received_at)
    for conversation in book.conversations:
        if conversation.ticket_id == emptied.id:
            book.put_conversation(replace(conversation, ticket_id=grown.id))
    for message in tuple(book.inserted.values()):
        if message.ticket_id == emptied.id:
            book.insert(replace(message, ticket_id=grown.id))
    book.moves.append((emptied.id, grown.id))
    changes = facts.differences(early.ticket, emptied)
    for one, kind in ((emptied, "ticket.merged"), (grown, "ticket.joined")):
        book.events.append(
            facts.fact(
                kind,
                one,
                cause=f"{emptied.id}>{grown.id}",
                actor=facts.SYSTEM,
                at=draft.received_at,
                changes=changes if one is emptied else facts.took_in(emptied),
            )
        )
    book.tickets.put(emptied)
    return book.tickets.put(grown)


def _untouched(ticket: Ticket) -> bool:
    """Only customers wrote, in one inbox; no agent did anything."""
    return (
        ticket.status == "new"
        and not ticket.assignee_id
        and ticket.message_count == ticket.in_count
        and len(ticket.inbox_ids) == 1
    )
