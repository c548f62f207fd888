"""Who joined, left, blocked us or came back: a line in the history of the thread. Pure.

It makes no ticket: somebody who follows an account has asked for nothing yet.
"""

from connectors.events import MembershipChanged, SenderId
from storage.events import Actor, Change, Event
from storage.ids import derived_id
from ticketing import facts
from ticketing.ingest.book import Book
from ticketing.ingest.model import open_key
from ticketing.model import Contact, Conversation, Inbox

KIND = "membership.changed"
FIELD = "membership"


def apply_membership(event: MembershipChanged, inbox: Inbox, book: Book) -> None:
    """Into the open conversation of its thread, if there is one; known ones are no news."""
    told = told_of(event, inbox, book)
    if told is None:
        return
    if told.id in book.told_before:
        book.duplicates += 1
        return
    book.told_before.add(told.id)
    book.events.append(told)


def told_of(event: MembershipChanged, inbox: Inbox, book: Book) -> Event | None:
    """The event, whose id is the same however often the provider tells of it."""
    conversation = book.open_conversation(open_key(inbox.id, event.thread_key))
    ticket = book.final_ticket(conversation.ticket_id) if conversation else None
    if conversation is None or ticket is None:
        return None
    return facts.fact(
        KIND,
        ticket,
        cause=derived_id(inbox.id, event.dedupe_id),
        actor=_who(event, conversation, book),
        at=event.occurred_at,
        conversation_id=conversation.id,
        inbox_id=inbox.id,
        changes=(Change(field=FIELD, after=event.change),),
    )


def _who(event: MembershipChanged, conversation: Conversation, book: Book) -> Actor:
    """The conversation's own person, where it is them; in a group it may be anybody."""
    contact = book.contacts.get(conversation.contact_id)
    if contact is not None and _is(contact, event.senders):
        return facts.of_contact(contact)
    return Actor(kind="contact", id="", name=event.senders[0].value if event.senders else "")


def _is(contact: Contact, senders: tuple[SenderId, ...]) -> bool:
    return not senders or any(one.canonical in contact.point_keys for one in senders)
