"""Who wrote a draft: a person that its addresses are known to be of, or somebody new. Pure."""

from connectors.events import SenderId
from normalizer.model import ContactId, Draft
from storage.ids import derived_id
from ticketing import facts
from ticketing.ingest.book import Book
from ticketing.ingest.entry import Entry
from ticketing.model import Contact
from ticketing.people.differences import differences
from ticketing.people.domains import joins
from ticketing.people.identity import keys_of, known_better, new_contact, proven, with_points


def writer(entry: Entry, book: Book) -> Contact:
    """The contact of an entry, in the book as the draft leaves them."""
    draft = entry.draft
    if entry.is_nobodys and entry.decision.conversation_id:
        return book.contacts[book.conversations[entry.decision.conversation_id].contact_id]
    senders = proven(draft.senders)
    name = "" if draft.echo or draft.doubted else draft.sender_name
    known = book.contact_of(keys_of(senders))
    if known is None:
        for sender in senders:
            _take(sender, draft, book)
        id = ContactId(derived_id("contact", entry.message_id))
        made = new_contact(id, senders, name, draft.language, draft.received_at)
        return book.put_contact(_placed(made, draft, book))
    better = known_better(known, senders, name, draft.received_at, lambda key: key in book.by_point)
    return known if better is known else book.put_contact(_placed(better, draft, book))


def is_unheard(contact: Contact, draft: Draft) -> bool:
    """Whether somebody decided not to listen to this person, or to the address they write from."""
    if draft.echo:
        return False
    keys = frozenset(keys_of(proven(draft.senders)))
    blocked = any(point.blocked and point.key in keys for point in contact.points)
    return blocked or contact.block is not None


def _placed(contact: Contact, draft: Draft, book: Book) -> Contact:
    """With the organisation of their mail domain, when that was proven."""
    return joins(contact, book.organisations) if draft.vouched else contact


def _take(sender: SenderId, draft: Draft, book: Book) -> None:
    """An address that somebody was only said to have is its user's, who writes from it."""
    key = sender.canonical
    holder = book.contacts.get(book.by_point.pop(key, ""))
    if holder is None:
        return
    left = with_points(holder, [point for point in holder.points if point.key != key])
    left = book.put_contact(left)
    book.events.append(
        facts.about(
            "contact.changed",
            left.id,
            cause=derived_id(key, draft.dedupe_id),
            actor=facts.SYSTEM,
            at=draft.received_at,
            changes=differences(holder, left),
        )
    )
