"""Where a record's messages would go, by the very reads and rules of ingest; nothing is written."""

import msgspec

from storage.mongo import Session
from ticketing.ingest.book import Book
from ticketing.ingest.evidence import gather
from ticketing.ingest.model import Unit
from ticketing.ingest.plan import decided, message_id_of
from ticketing.ingest.store import IngestStore
from ticketing.reply_tokens import ReplyTokens
from ticketing.store import Collections

KNOWN = "known"


class Weighed(msgspec.Struct, frozen=True, kw_only=True):
    """``rule`` is one of ``threading.Rule``, or "known" for what is stored already; tickets by
    number, None for a new one.
    """

    rule: str
    why: str
    ticket: int | None = None
    suggested: int | None = None
    warnings: tuple[str, ...] = ()


async def weigh(unit: Unit, collections: Collections, tokens: ReplyTokens) -> list[Weighed]:
    """One decision for each message of the record."""
    store = IngestStore(collections, tokens)

    async def work(session: Session) -> Book:
        book = Book(())
        await store.prefetch(session, [unit], book)
        return book

    book = await collections.mongo.transaction(work)
    found: list[Weighed] = []
    for draft in unit.drafts:
        if message_id_of(draft) in book.known:
            found.append(await _known(message_id_of(draft), collections))
            continue
        entry = decided(draft, unit.line.inbox, book, gather(draft, book, tokens))
        decision = entry.decision
        joined = book.final_ticket(decision.ticket_id) if decision.ticket_id else None
        near = decision.suggested_ticket_id
        suggested = book.tickets.get(near) if near else None
        found.append(
            Weighed(
                rule=decision.rule,
                why=decision.why,
                ticket=joined.number if joined else None,
                suggested=suggested.number if suggested else None,
                warnings=entry.doubts,
            )
        )
    return found


async def _known(id: str, collections: Collections) -> Weighed:
    message = await collections.messages.get(id)
    ticket = await collections.tickets.get(message.ticket_id) if message else None
    why = f"it is stored already ({message.threaded_by})" if message else "it is stored already"
    return Weighed(rule=KNOWN, why=why, ticket=ticket.number if ticket else None)
