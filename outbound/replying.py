"""What a reply becomes: the message, its envelope, the ticket after it. Pure."""

from datetime import datetime, timedelta

import msgspec

from connectors.contract import SenderId
from connectors.manifest import Manifest
from normalizer.model import Author, Delivery, File, MailFacts, Message, MessageId
from outbound.errors import CannotReply, KeyReused, NewerMessage
from outbound.mailing import envelope, reply_subject
from outbound.model import Heard, Outlet, Reply
from outbound.render import Extras, Rendered, render
from outbound.suppression.model import Stopped
from outbound.suppression.policy import among, explained
from outbound.texts import filled, in_language, signed, signed_html, values_of
from outbound.trouble import after_reply
from outbound.window import reply_window
from storage.ids import derived_id
from ticketing.catalogue.model import BUILT_IN, Catalogue
from ticketing.catalogue.replies import after_reply_of
from ticketing.model import Conversation, Ticket
from ticketing.permissions import Viewer, allowed
from ticketing.redaction import rule_of
from ticketing.reply_tokens import ReplyTokens

CLOCK_SLACK = timedelta(minutes=5)
SNIPPET = 160
MAIL = "mailto"
UNSCOPED = frozenset({MAIL, "tel"})
UNSENT = frozenset({"cancelled", "failed", "scheduled"})
NEVER_SAID = frozenset({"cancelled", "scheduled"})


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """A reply, who asks for it, and when; one that had its time has no time to be undone."""

    viewer: Viewer
    reply: Reply
    now: datetime
    undoable: bool = True

    @property
    def message_id(self) -> MessageId:
        """The same for a repeated key."""
        return MessageId(derived_id("reply", self.viewer.agent_id, self.reply.idempotency_key))


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a reply goes, as read in the transaction; ``recent`` is newest first."""

    ticket: Ticket
    conversation: Conversation
    outlet: Outlet
    recent: tuple[Heard, ...] = ()
    answered: Message | None = None
    stopped: Stopped = {}
    unsubscribe: str | None = None


def heard(message: Message) -> Heard:
    """A reply as those after it in the same transaction see it."""
    return Heard(
        id=message.id,
        conversation_id=message.conversation_id,
        direction=message.direction,
        received_at=message.received_at,
        occurred_at=message.occurred_at,
        mail=message.mail,
        envelope=message.envelope,
        author=message.author,
        language=message.language,
        delivery=message.delivery,
    )


def needs_recent(manifest: Manifest, reply: Reply) -> bool:
    """The thread of a mail, and what the agent has not seen, are read only where they count."""
    window = manifest.limits.window
    counted = window is not None and window.messages is not None
    return manifest.family == MAIL or reply.seen_message_id is not None or counted


def message_of(ask: Ask, place: Place, clock: datetime, reply_tokens: ReplyTokens) -> Message:
    """The queued message; ``clock`` is the database's, which due times go by."""
    ticket, conversation, reply = place.ticket, place.conversation, ask.reply
    rendered = _rendered(reply, place)
    signature = signature_of(ask, place)
    message = Message(
        id=ask.message_id,
        inbox_id=conversation.inbox_id,
        channel=conversation.channel,
        conversation_id=conversation.id,
        ticket_id=ticket.id,
        direction="out",
        author=_author(ask, place),
        occurred_at=ask.now,
        received_at=ask.now,
        sequence=sequence_of(clock, ticket),
        subject=rendered.subject,
        text=signed(rendered.text, signature),
        html=signed_html(rendered.html, signature),
        reply_text=rendered.text,
        signature=signature,
        files=reply.files,
        quick_replies=rendered.quick_replies,
        template=reply.template,
        reply_to=_answered_id(place),
        recipient=recipient_of(conversation.recipient),
        delivery=_queued(place.outlet, clock, undoable=ask.undoable),
        threaded_by="reply",
        warnings=rendered.warnings,
    )
    if place.outlet.manifest.family != MAIL:
        return message
    return _addressed(message, reply, place, reply_tokens)


def _answered_id(place: Place) -> str:
    """The answered message's id at the provider, where the channel can point to it."""
    said = place.answered
    if said is None or not place.outlet.manifest.can("reply_to"):
        return ""
    sent = said.delivery.native_ids if said.delivery else ()
    return said.native_id or (sent[0] if sent else "")


def _author(ask: Ask, place: Place) -> Author:
    if ask.reply.automatic:
        return Author(kind="system", name=place.outlet.inbox.name)
    return Author(kind="agent", id=ask.viewer.agent_id, name=ask.viewer.name)


def signature_of(ask: Ask, place: Place) -> str:
    """What goes under a mail: in the language of the mail that it answers."""
    if place.outlet.manifest.family != MAIL or ask.reply.automatic:
        return ""
    parent, inbox = _parent(place), place.outlet.inbox
    text = in_language(inbox.signatures, parent.language if parent else "")
    return filled(text, values_of(inbox, place.ticket, ask.viewer.name))


def _addressed(message: Message, reply: Reply, place: Place, reply_tokens: ReplyTokens) -> Message:
    """The same message with its mail envelope frozen; its Message-ID is its native id."""
    parent = _parent(place)
    frozen = envelope(
        reply_tokens,
        place.outlet.inbox,
        number=place.ticket.number,
        message_id=message.id,
        recipient=message.recipient.value if message.recipient else "",
        copies=reply.cc,
        hidden=reply.bcc,
        parent=parent,
        unsubscribe=place.unsubscribe,
    )
    delivery = message.delivery
    return msgspec.structs.replace(
        message,
        envelope=frozen,
        native_id=frozen.message_id,
        mail=MailFacts(
            message_id=frozen.message_id,
            in_reply_to=(frozen.in_reply_to,) if frozen.in_reply_to else (),
            references=frozen.references,
            to=frozen.to,
            cc=frozen.cc,
        ),
        reply_to=parent.id if parent else "",
        delivery=msgspec.structs.replace(delivery, native_ids=(frozen.message_id,))
        if delivery
        else None,
    )


def _queued(outlet: Outlet, clock: datetime, *, undoable: bool) -> Delivery:
    """Due when the undo time is over, by the database's clock."""
    due = clock + timedelta(seconds=outlet.inbox.undo_s if undoable else 0)
    return Delivery(state="queued", changed_at=clock, fence=1, due_at=due, queued_at=clock)


def sequence_of(clock: datetime, ticket: Ticket) -> str:
    """The place in the conversation's order; replies at once conflict on the ticket's version."""
    return f"{int(clock.timestamp() * 1000):013d}.{ticket.version:08d}"


def recipient_of(canonical: str) -> SenderId:
    """``family:value`` or ``family:scope/value``; mail addresses and numbers have no scope."""
    family, _, rest = canonical.partition(":")
    scope, slash, value = rest.partition("/")
    if not slash or family in UNSCOPED:
        return SenderId(family=family, value=rest)
    return SenderId(family=family, value=value, scope=scope)


def answered(
    ticket: Ticket, reply: Reply, message: Message, now: datetime, catalogue: Catalogue = BUILT_IN
) -> Ticket:
    """The ticket after a reply. Pure. What nobody wrote answers nothing: the customer waits on.

    Raises Refused and Invalid when the ticket cannot become what the agent asked for.
    """
    if reply.automatic:
        return msgspec.structs.replace(
            ticket, message_count=ticket.message_count + 1, updated_at=now
        )
    return msgspec.structs.replace(
        after_reply_of(ticket, reply.then, catalogue, now),
        snippet=" ".join(message.reply_text.split())[:SNIPPET],
        message_count=ticket.message_count + 1,
        updated_at=now,
        activity_at=max(now, ticket.activity_at),
        last_out_at=now,
        waiting_since=None,
        delivery_trouble=after_reply(ticket.delivery_trouble),
    )


def check_then(viewer: Viewer, reply: Reply) -> None:
    """What becomes of the ticket afterwards is a change of it. Raises CannotReply."""
    if reply.then is None:
        return
    if not allowed(viewer, "change") or rule_of(viewer, "status") is not None:
        raise CannotReply(
            "then", "Your role may not change the status of a ticket; send the reply without it."
        )


def check(place: Place, reply: Reply, now: datetime) -> None:
    if place.ticket.status == "closed":
        raise CannotReply("ticket", "This ticket is closed; write a new one to the customer.")
    window = reply_window(
        place.outlet.manifest, place.conversation, now, reply.template, _answers(place)
    )
    if not window.can_reply:
        raise CannotReply("window", window.reason)
    if (reply.cc or reply.bcc) and not place.outlet.manifest.can("cc"):
        raise CannotReply("cc", f"{place.outlet.manifest.name} has no copies.")
    _check_suppressed(place, reply)
    newer = _unseen(place.recent, reply.seen_message_id)
    if newer is not None and not reply.send_anyway:
        raise NewerMessage(newer.id)


def _answers(place: Place) -> int:
    """How many replies the customer's last message has had; what was not sent does not count."""
    since = place.conversation.last_in_at
    return sum(
        1
        for one in place.recent
        if one.conversation_id == place.conversation.id
        and one.direction == "out"
        and (since is None or one.occurred_at > since)
        and (one.delivery is None or one.delivery.state not in UNSENT)
    )


def _check_suppressed(place: Place, reply: Reply) -> None:
    """Said while the agent can still do something about it."""
    to = recipient_of(place.conversation.recipient).value
    for field, addresses in (("recipient", (to,)), ("cc", reply.cc), ("bcc", reply.bcc)):
        one = among(addresses, place.stopped)
        if one is not None and (reply.automatic or one.kind != "unsubscribed"):
            raise CannotReply(field, explained(one))


def _unseen(recent: tuple[Heard, ...], seen_id: MessageId | None) -> Heard | None:
    """The newest inbound message that came after the last one on the agent's screen.

    By arrival, not by the sender's clock: a late one was not on the screen either.
    """
    inbound = [message for message in recent if message.direction == "in"]
    if seen_id is None or not inbound:
        return None
    newest = max(inbound, key=lambda message: (message.received_at, message.id))
    seen = next((message for message in recent if message.id == seen_id), None)
    if newest.id == seen_id or (seen is not None and newest.received_at <= seen.received_at):
        return None
    return newest


def since(ticket: Ticket, conversation: Conversation) -> datetime:
    """Far enough back to hold the last inbound message of both, or our own last one."""
    marks = [moment for moment in (ticket.last_in_at, conversation.last_in_at) if moment]
    return (min(marks) if marks else ticket.created_at) - CLOCK_SLACK


def _parent(place: Place) -> Heard | None:
    """The mail that this one answers: their last in the conversation, else our own last."""
    mails = [
        message
        for message in place.recent
        if message.conversation_id == place.conversation.id
        and message.mail is not None
        and message.direction != "note"
        and (message.delivery is None or message.delivery.state not in NEVER_SAID)
    ]
    return next((mail for mail in mails if mail.direction == "in"), mails[0] if mails else None)


def _rendered(reply: Reply, place: Place) -> Rendered:
    subject = place.conversation.subject or place.ticket.subject
    return render(
        place.outlet.manifest,
        text=reply.text,
        html=reply.html,
        subject=reply_subject(subject, place.ticket.number),
        extras=_extras(reply, place.answered),
    )


def _extras(reply: Reply, answered: Message | None) -> Extras:
    return Extras(
        files=reply.files,
        quick_replies=reply.quick_replies,
        quoted=answered.reply_text or answered.text if answered else None,
        template=reply.template is not None,
    )


def same(first: Message, reply: Reply, outlet: Outlet, answered: Message | None) -> Message:
    """The first message of this key, if the key came with the same words again."""
    extras = _extras(reply, answered)
    again = render(outlet.manifest, text=reply.text, html=reply.html, subject="", extras=extras)
    equal = (
        first.conversation_id == reply.conversation_id
        and first.text == signed(again.text, first.signature)
        and first.html == signed_html(again.html, first.signature)
        and _names(first.files) == _names(reply.files)
        and (first.quick_replies, first.template) == (again.quick_replies, reply.template)
        and _among(first.envelope.cc if first.envelope else (), reply.cc)
        and _among(first.envelope.bcc if first.envelope else (), reply.bcc)
    )
    if not equal:
        raise KeyReused(first.id)
    return first


def _among(addresses: tuple[str, ...], asked: tuple[str, ...]) -> bool:
    """The envelope leaves out our own addresses and whoever was named twice."""
    return {one.lower() for one in addresses} <= {one.strip().lower() for one in asked}


def _names(files: tuple[File, ...]) -> list[tuple[str, str]]:
    return [(file.name, file.sha256) for file in files]
