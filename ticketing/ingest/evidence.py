"""What the book knows of a draft's past, gathered for ``threading.decide``."""

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from normalizer.model import Draft, MessageId
from ticketing.ingest.book import Book
from ticketing.ingest.clues import answered_ids, hook_of
from ticketing.ingest.model import Reference, begun_key, native_key, open_key
from ticketing.lifecycle import said_at
from ticketing.model import Contact, Conversation
from ticketing.people.identity import keys_of, proven
from ticketing.reply_tokens import ReplyTokens, TokenHit
from ticketing.threading import Evidence, Place

OWN_ID = "own-message-id"


def open_keys(draft: Draft) -> tuple[str, ...]:
    """Open keys that the draft may continue, the likelier first.

    A mail by somebody who took no part in a thread cannot join it by naming its root: such a
    sender has a conversation of their own, under the root and their address. A chat may also be
    the answer to a conversation that we began.
    """
    shared = open_key(draft.inbox_id, draft.thread_key)
    if draft.mail is None:
        return (shared, begun_key(draft.inbox_id, draft.senders[0].canonical))
    return (own_open_key(draft), shared)


def own_open_key(draft: Draft) -> str:
    """The key of a mail conversation beside the one that holds the root."""
    return open_key(draft.inbox_id, f"{draft.thread_key}|{draft.senders[0].canonical}")


def early_key(draft: Draft) -> str | None:
    """The key of answers to this mail that came before it, where its thread has an older root."""
    if draft.mail is None or draft.native_id == draft.thread_key:
        return None
    return open_key(draft.inbox_id, draft.native_id)


def token_of(draft: Draft, tokens: ReplyTokens) -> TokenHit | None:
    """The signed token that the draft carries in an address or a referenced Message-ID."""
    if draft.mail is None:
        return None
    addresses = (*draft.mail.delivered_to, *draft.mail.to, *draft.mail.cc)
    reported = (draft.bounce.original_message_id,) if draft.bounce else ()
    return tokens.find(draft.inbox_id, addresses, (*reported, *answered_ids(draft)))


def bounced_message_of(draft: Draft, tokens: ReplyTokens) -> MessageId | None:
    """Our mail that this reports on: its own envelope sender came back, or its Message-ID."""
    if draft.mail is None:
        return None
    if draft.bounce and (
        sent := tokens.sent_message(draft.inbox_id, draft.bounce.original_message_id)
    ):
        return sent
    return tokens.bounced(draft.inbox_id, (*draft.mail.delivered_to, *draft.mail.to))


def marked(draft: Draft, tokens: ReplyTokens) -> Draft:
    """A mail that has a Message-ID of ours came back: a machine sent it round (MAIL rule 37)."""
    mail = draft.mail
    if mail is None or mail.auto_reply or not tokens.sent_message(draft.inbox_id, mail.message_id):
        return draft
    return replace(draft, mail=replace(mail, auto_reply=OWN_ID))


def gather(draft: Draft, book: Book, tokens: ReplyTokens) -> Evidence:
    """Everything that the rules of threading ask for."""
    senders = proven(draft.senders)
    contact = book.contact_of(keys_of(senders))
    thread = next(filter(None, map(book.open_conversation, open_keys(draft))), None)
    hit = token_of(draft, tokens)
    hook = hook_of(draft)
    proofs = _proofs(draft, contact)
    return Evidence(
        mail=draft.mail is not None,
        sender_keys=proofs,
        said=said_at(draft.occurred_at, draft.received_at),
        bounced=_bounced(draft, book, tokens),
        token=_tokened(hit, draft, proofs, book) if hit else None,
        references=_references(draft, book),
        hook=_numbered(hook, f"#{hook}", draft, proofs, book) if hook is not None else None,
        thread=_place(thread, book, "the thread") if thread else None,
        early=_early(draft, book),
        elsewhere=book.open_elsewhere(contact, thread) if contact and not draft.echo else (),
        doubted=draft.doubted or draft.unchecked,
        answered_elsewhere=_answered_elsewhere(draft, proofs),
    )


def _answered_elsewhere(draft: Draft, proofs: frozenset[str]) -> bool:
    """Whether the mail asks for its answers at an address that is not known to be its sender's."""
    asked = draft.mail.reply_to if draft.mail and not draft.echo else ()
    return any(f"mailto:{one}" not in proofs for one in asked)


def _early(draft: Draft, book: Book) -> Place | None:
    """Where answers to this mail wait for it, written by people whom it names.

    Not where a mail of this Message-ID is known: what follows that one is no answer to this one,
    and a stranger could name its writer to get in.
    """
    own_id = native_key(draft.inbox_id, draft.native_id)
    if own_id in book.references or own_id in book.spoken_of:
        return None
    key = early_key(draft) or open_key(draft.inbox_id, draft.native_id)
    conversation = book.open_conversation(key) if draft.mail else None
    place = _place(conversation, book, "answers that came before it") if conversation else None
    if place is None or conversation is None or draft.mail is None:
        return None
    named = {f"mailto:{address}" for address in (*draft.mail.to, *draft.mail.cc)}
    writer = conversation.contact_id
    contact = book.contacts.get(writer)
    wrote = contact.point_keys if contact else ()
    return place if named.union(keys_of(draft.senders)).intersection(wrote) else None


def _proofs(draft: Draft, contact: Contact | None) -> frozenset[str]:
    """By which addresses the draft may prove that it belongs somewhere: those it came from."""
    if draft.sent_by:
        return frozenset((f"mailto:{draft.sent_by}",))
    known = contact.point_keys if contact else ()
    return frozenset(keys_of(proven(draft.senders))).union(known)


def answers_note(draft: Draft, book: Book) -> bool:
    """Whether the newest message that it answers, of those known here, is an internal note."""
    keys = (native_key(draft.inbox_id, id) for id in answered_ids(draft))
    newest = next((book.references[key] for key in keys if key in book.references), None)
    return newest is not None and newest.direction == "note"


def _place(conversation: Conversation, book: Book, what: str) -> Place | None:
    ticket = book.final_ticket(conversation.ticket_id)
    if ticket is None:
        return None
    return Place(
        ticket=ticket,
        conversation=conversation,
        participants=_participants(conversation, book),
        what=what,
    )


def _participants(conversation: Conversation, book: Book) -> frozenset[str]:
    contact = book.contacts.get(conversation.contact_id)
    return frozenset(
        (
            *conversation.participants,
            conversation.recipient,
            *(contact.point_keys if contact else ()),
        )
    )


def _bounced(draft: Draft, book: Book, tokens: ReplyTokens) -> Place | None:
    if draft.mail is None or not (draft.bounce or draft.mail.auto_reply):
        return None
    if draft.bounce and draft.bounce.original_message_id:
        key = native_key(draft.inbox_id, draft.bounce.original_message_id)
        if key in book.references and _ours(book.references[key]):
            return _referenced(book.references[key], book)
    sent = bounced_message_of(draft, tokens)
    return _referenced(book.bounced[sent], book) if sent in book.bounced else None


def _ours(reference: Reference) -> bool:
    """Only what we sent comes back: a report on a customer's mail is a stranger's invention."""
    return reference.envelope is not None or reference.author.kind in {"agent", "vendor"}


def _references(draft: Draft, book: Book) -> list[Place]:
    found: list[Place] = []
    for id in answered_ids(draft):
        reference = book.references.get(native_key(draft.inbox_id, id))
        place = _referenced(reference, book) if reference else None
        if place:
            found.append(place)
    return found


def _referenced(reference: Reference, book: Book) -> Place | None:
    conversation = book.conversations.get(reference.conversation_id)
    place = _place(conversation, book, f"<{reference.native_id}>") if conversation else None
    if place is None:
        return None
    named = [
        f"mailto:{address.lower()}"
        for mailed in (reference.mail, reference.envelope)
        if mailed
        for address in (*mailed.to, *mailed.cc)
    ]
    return Place(
        ticket=place.ticket,
        conversation=place.conversation,
        participants=place.participants.union(named, (f"mailto:{reference.author.address}",)),
        what=place.what,
    )


def _tokened(hit: TokenHit, draft: Draft, proofs: frozenset[str], book: Book) -> Place | None:
    """The ticket of the token, unless the mail answers a message that was split off from it, to or
    from somebody who took part there.
    """
    keys = (native_key(draft.inbox_id, id) for id in answered_ids(draft))
    answered = next((book.references[key] for key in keys if key in book.references), None)
    where = book.conversations.get(answered.conversation_id) if answered else None
    if answered and where and where.apart:
        place = _referenced(answered, book)
        if place and not proofs.isdisjoint(place.participants):
            return replace(place, what=hit.source)
    return _numbered(hit.number, hit.source, draft, proofs, book)


def _numbered(
    number: int, what: str, draft: Draft, proofs: frozenset[str], book: Book
) -> Place | None:
    id = book.by_number.get(number)
    ticket = book.final_ticket(id) if id else None
    if ticket is None:
        return None
    here = book.conversations_of(ticket, draft.inbox_id)
    everyone = [_participants(conversation, book) for conversation in here]
    return Place(
        ticket=ticket,
        conversation=_theirs(here, draft, proofs, book),
        participants=frozenset().union(*everyone),
        what=what,
    )


def _theirs(
    here: Sequence[Conversation], draft: Draft, proofs: frozenset[str], book: Book
) -> Conversation | None:
    """Which of a ticket's conversations the draft goes on with: joined tickets have several, and
    an answer in the wrong one would go to another customer.

    The one that holds what the draft answers, else the sender's own, else one that the sender took
    part in, else the newest.
    """
    known = (book.references.get(native_key(draft.inbox_id, id)) for id in answered_ids(draft))
    answered = next((one.conversation_id for one in known if one), None)
    ways: tuple[Callable[[Conversation], bool], ...] = (
        lambda one: one.id == answered,
        lambda one: one.recipient in proofs,
        lambda one: not proofs.isdisjoint(_participants(one, book)),
        lambda _: True,
    )
    return next((one for fits in ways for one in here if fits(one)), None)
