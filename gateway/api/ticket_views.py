"""Tickets, messages and events as answers: pure."""

from collections.abc import Callable, Mapping
from datetime import datetime

from connectors.contract import InboxId
from connectors.events import SenderTrust
from connectors.manifest import Manifest
from gateway.api import act_views, addresses
from gateway.api import schemas as s
from gateway.api.schemas import mail as m
from gateway.api.schemas import search as sr
from gateway.api.views import agent_ref, maybe_time, suppression, time
from normalizer import model as normal
from outbound.suppression.model import Stopped
from outbound.suppression.policy import among, explained
from outbound.texts import filled, in_language, values_of
from outbound.window import Window, reply_window
from storage import events
from ticketing import model
from ticketing.catalogue.filling import category_of, form_of
from ticketing.catalogue.model import Catalogue
from ticketing.catalogue.moving import reachable, state_of
from ticketing.facts import MARKS
from ticketing.links.model import Linked
from ticketing.reading.tickets import Row, Whole
from ticketing.search.finding import Hit
from ticketing.work.snooze import UNTIL_THEY_WRITE

Agents = Mapping[str, model.Agent]
UNKNOWN_AGENT = "?"


def row(found: Row, agents: Agents, catalogue: Catalogue) -> s.TicketRow:
    """A ticket in a list."""
    ticket = found.ticket
    return s.TicketRow(
        id=ticket.id,
        number=ticket.number,
        subject=ticket.subject,
        type_id=catalogue.type_of(ticket.type_id).id,
        status=ticket.status,
        state=state_of(ticket, catalogue).id,
        priority=ticket.priority,
        assignee=agent_of(ticket.assignee_id, agents),
        team_id=ticket.team_id,
        private=ticket.private,
        contact=s.ContactRef(id=ticket.contact_id, name=addresses.readable(ticket.contact_name)),
        channel=ticket.channel,
        channels=list(ticket.channels),
        inbox_id=ticket.inbox_id,
        snippet=ticket.snippet,
        tags=list(ticket.tags),
        unread=found.unread,
        waiting_since=maybe_time(ticket.waiting_since),
        activity_at=time(ticket.activity_at),
        created_at=time(ticket.created_at),
        updated_at=time(ticket.updated_at),
        delivery_trouble=ticket.delivery_trouble,
        message_count=ticket.message_count,
        version=ticket.version,
        snooze=snooze(ticket, agents),
        mentioned=list(ticket.mentioned),
    )


def agent_of(id: str, agents: Agents) -> s.AgentRef | None:
    """An agent who was removed keeps a place."""
    if not id:
        return None
    found = agents.get(id)
    if found is None:
        return s.AgentRef(id=id, name=UNKNOWN_AGENT, initials=UNKNOWN_AGENT)
    return agent_ref(found)


def snooze(ticket: model.Ticket, agents: Agents) -> s.Snooze | None:
    """Until when a ticket sleeps; one that will not be shown as open does not."""
    until = ticket.snoozed_until
    if until is None:
        return None
    return s.Snooze(
        until=None if until == UNTIL_THEY_WRITE else time(until),
        by=agent_of(ticket.snoozed_by, agents),
    )


def check_item(item: model.CheckItem, agents: Agents) -> s.CheckItem:
    """One thing to be done."""
    return s.CheckItem(
        id=item.id,
        text=item.text,
        done_by=agent_of(item.done_by, agents),
        done_at=maybe_time(item.done_at),
    )


def hit(found: Hit, agents: Agents, catalogue: Catalogue) -> sr.SearchHit:
    """A search result."""
    return sr.SearchHit(
        ticket=row(found.row, agents, catalogue),
        message_id=found.message_id,
        snippet=found.snippet,
        marks=list(found.marks),
        field=found.field,
    )


def whole(
    found: Whole,
    agents: Agents,
    catalogue: Catalogue,
    *,
    lines: Mapping[InboxId, tuple[model.Inbox, Manifest]],
    stopped: Stopped,
    now: datetime,
) -> s.Ticket:
    """A whole ticket; ``lines`` are the active inboxes with their manifests, ``stopped`` the
    recipients that are not written to.
    """
    ticket = found.ticket
    shown = row(Row(ticket=ticket, unread=found.unread), agents, catalogue)
    fields = {name: getattr(shown, name) for name in s.TicketRow.__struct_fields__}
    fields["contact"] = contact(found.contact)
    return s.Ticket(
        **fields,
        followers=[one for id in found.ticket.followers if (one := agent_of(id, agents))],
        checklist=[check_item(item, agents) for item in found.ticket.checklist],
        conversations=[conversation(one, lines, stopped, now) for one in found.conversations],
        merged_into=ticket_ref(found.merged_into),
        follow_up_of=ticket_ref(found.follow_up_of),
        follow_ups=[other for one in found.follow_ups if (other := ticket_ref(one))],
        suggested=ticket_ref(found.suggested),
        links=[link(one) for one in found.links],
        waits_for=[
            ref(one) for one in found.links if one.link.kind == "child" and _holds_up(one, ticket)
        ],
        blocks=next(
            (
                ref(one)
                for one in found.links
                if one.link.kind == "parent" and _holds_up(one, ticket)
            ),
            None,
        ),
        solved_at=maybe_time(ticket.solved_at),
        next_states=[one.id for one in reachable(ticket, catalogue)],
        category_id=category_of(ticket, catalogue),
        impact=ticket.impact,
        urgency=ticket.urgency,
        fields={id: field_value(value) for id, value in ticket.fields.items()},
        form=[
            s.AskedField(field=one.field, required=one.required)
            for one in form_of(ticket, catalogue)
        ],
        asset_ids=list(ticket.asset_ids),
    )


def field_value(value: model.FieldValue) -> str | int | float | bool | list[str]:
    """As the interface writes it."""
    return list(value) if isinstance(value, tuple) else value


def contact(found: model.Contact) -> s.Contact:
    """The person."""
    return s.Contact(
        id=found.id,
        name=addresses.readable(found.name),
        language=found.language,
        points=[
            s.ContactPoint(
                family=one.family,
                value=one.value,
                display=addresses.display(one.family, one.value),
                verified=one.verified,
            )
            for one in found.points
        ],
    )


def conversation(
    found: model.Conversation,
    lines: Mapping[InboxId, tuple[model.Inbox, Manifest]],
    stopped: Stopped,
    now: datetime,
) -> s.Conversation:
    """A conversation and whether a reply may go into it now."""
    line = lines.get(found.inbox_id)
    window = (
        reply_window(line[1], found, now)
        if line
        else Window(can_reply=False, reason="This inbox is switched off.")
    )
    listed = among([mail_address(found)], stopped)
    if listed is not None and window.can_reply:
        window = Window(can_reply=False, reason=explained(listed))
    return s.Conversation(
        id=found.id,
        inbox_id=found.inbox_id,
        channel=found.channel,
        thread_key=found.thread_key,
        recipient=found.recipient,
        recipient_display=addresses.recipient(found.recipient),
        subject=found.subject,
        last_in_at=maybe_time(found.last_in_at),
        can_reply=window.can_reply,
        cannot_reason=window.reason,
        window_until=maybe_time(window.until),
        undo_s=line[0].undo_s if line else 0,
        acts=act_views.offers(line[1]) if line and window.can_reply else [],
        suppressed=suppression(listed) if listed else None,
    )


def reply_texts(
    line: tuple[model.Inbox, Manifest], ticket: model.Ticket, agent: str, language: str
) -> m.ReplyTexts:
    """Filled for this ticket and agent; only mails are signed."""
    inbox, manifest = line
    values = values_of(inbox, ticket, agent)
    signature = in_language(inbox.signatures, language) if manifest.family == "mailto" else ""
    return m.ReplyTexts(
        signature=filled(signature, values),
        templates=[
            m.FilledText(name=one.name, text=filled(in_language(one.texts, language), values))
            for one in inbox.templates
        ],
    )


def mail_address(found: model.Conversation) -> str:
    """Where its replies go, "" when that is no mail address."""
    family, _, address = found.recipient.partition(":")
    return address if family == "mailto" else ""


def link(found: Linked) -> s.TicketLink:
    """A link as one side has it."""
    return s.TicketLink(id=found.link.id, kind=found.link.kind, ticket=ref(found))


def ref(found: Linked) -> s.TicketRef:
    """The ticket on the other side of a link."""
    other = found.other
    return s.TicketRef(id=other.id, number=other.number, subject=other.subject, status=other.status)


def _holds_up(found: Linked, ticket: model.Ticket) -> bool:
    """Whether one of the two waits for the other: while both are open."""
    return found.other.open and ticket.open


def ticket_ref(found: model.Ticket | None) -> s.TicketRef | None:
    """A link to another ticket."""
    if found is None:
        return None
    return s.TicketRef(id=found.id, number=found.number, subject=found.subject, status=found.status)


def message(found: normal.Message) -> s.Message:
    """A message; what was taken back has no words left."""
    mail = found.mail
    return s.Message(
        id=found.id,
        ticket_id=found.ticket_id,
        conversation_id=found.conversation_id,
        inbox_id=found.inbox_id,
        channel=found.channel,
        direction=found.direction,
        author=s.Author(
            kind=found.author.kind,
            id=found.author.id,
            name=addresses.readable(found.author.name),
            address=found.author.address,
        ),
        sender_trust=sender_trust(found.trust),
        signatures=[signature(one) for one in (mail.signatures if mail else ())],
        occurred_at=time(found.occurred_at),
        received_at=time(found.received_at),
        edited_at=maybe_time(found.edited_at),
        earlier=[s.EarlierText(text=one.text, at=time(one.at)) for one in found.earlier],
        deleted_at=maybe_time(found.deleted_at),
        subject=found.subject,
        text=found.text,
        reply_text=found.reply_text or found.text,
        signature=found.signature,
        has_html=bool(found.html),
        remote_content=bool(mail and mail.remote_content),
        quoted=_quoted(found),
        language=found.language,
        files=[file(found.id, one) for one in found.files] if found.act is None else [],
        to=_recipients(found),
        cc=list(found.envelope.cc if found.envelope else mail.cc if mail else ()),
        bcc=list(found.envelope.bcc if found.envelope else ()),
        reply_to=found.reply_to or None,
        quick_replies=list(found.quick_replies),
        template=found.template.name if found.template else None,
        call=act_views.call(found.call),
        act=act_views.act(found.act),
        reactions=[act_views.reaction(one) for one in found.reactions if one.emoji],
        delivery=delivery(found.delivery),
        threaded_by=found.threaded_by,
        warnings=list(found.warnings),
    )


def sender_trust(found: SenderTrust | None) -> s.SenderTrust | None:
    """What was found out of a mail's sender."""
    if found is None:
        return None
    return s.SenderTrust(
        verdict=found.verdict,
        domain=found.domain,
        spf=found.spf,
        dkim=found.dkim,
        dmarc=found.dmarc,
        policy=found.policy,
        by=found.by,
        reason=found.reason,
    )


def _quoted(found: normal.Message) -> bool:
    """Whether the whole says more; under our own mail that is the signature, shown anyway."""
    if found.direction == "out" and found.signature:
        return False
    return bool(found.reply_text) and found.reply_text.strip() != found.text.strip()


def signature(found: normal.SignatureCheck) -> s.SignatureCheck:
    """S/MIME or OpenPGP, and whether it holds."""
    return s.SignatureCheck(
        kind=found.kind, state=found.state, signer=found.signer, reason=found.reason
    )


def _recipients(found: normal.Message) -> list[str]:
    if found.envelope:
        return list(found.envelope.to)
    if found.mail:
        return list(found.mail.to)
    return [found.recipient.value] if found.recipient else []


def file(message_id: str, found: normal.File) -> s.File:
    """An attachment and where it is."""
    return s.File(
        id=found.id,
        name=found.name,
        media_type=found.media_type,
        kind=found.kind,
        size=found.size,
        inline=found.inline,
        state=found.state,
        reason=found.reason,
        url=f"/api/v1/messages/{message_id}/files/{found.id}",
    )


def delivery(found: normal.Delivery | None) -> s.Delivery | None:
    """Where an outbound message is; while it is queued for the first time it may be undone."""
    if found is None:
        return None
    undo = found.due_at if found.state == "queued" and not found.attempts else None
    return s.Delivery(
        state=found.state,
        reason=found.reason,
        changed_at=time(found.changed_at),
        undo_until=maybe_time(undo),
        send_at=maybe_time(found.send_at if found.state == "scheduled" else None),
        unless_they_write=found.unless_they_write,
        recipients=[
            m.RecipientDelivery(
                address=one.address, state=one.state, reason=one.reason, at=time(one.at)
            )
            for one in found.recipients
        ],
    )


def _agent_name(value: str | None, agents: Agents) -> str | None:
    found = agents.get(value or "")
    return found.name if found else value


def _agent_names(value: str | None, agents: Agents) -> str | None:
    names = [_agent_name(id, agents) or "" for id in (value or "").split(", ")]
    return ", ".join(filter(None, names)) or None


NAMED: Mapping[str, Callable[[str | None, Agents], str | None]] = {
    "assignee_id": _agent_name,
    "followers": _agent_names,
    "mentioned": _agent_names,
}


def event(found: events.Event, agents: Agents) -> s.Event:
    """A fact of the history; agents are shown by name."""
    return s.Event(
        id=found.id,
        kind=found.kind,
        at=time(found.at),
        actor=s.Actor(
            kind=found.actor.kind,
            id=found.actor.id,
            name=addresses.readable(found.actor.name),
        ),
        changes=[
            s.Change(
                field=one.field,
                before=_shown(one.field, one.before, agents),
                after=_shown(one.field, one.after, agents),
            )
            for one in found.changes
            if one.field not in MARKS
        ],
        message_id=found.message_id,
        why=found.why,
    )


def _shown(field: str, value: str | None, agents: Agents) -> str | None:
    show = NAMED.get(field)
    return show(value, agents) if show else value
