"""Records with the least that a case has to say."""

from datetime import UTC, datetime

from connectors.contract import InboxId
from connectors.events import MessageReceived, SenderId
from normalizer.model import ContactId, ConversationId, TicketId
from ticketing.lifecycle import is_open
from ticketing.model import Conversation, Inbox, Ticket

NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)
INBOX = InboxId("inbox-mail")


def a_ticket(**changes):
    status = changes.get("status", "new")
    values = {
        "id": TicketId("ticket-1"),
        "version": 1,
        "number": 1,
        "subject": "Zip",
        "status": status,
        "open": is_open(status),
        "priority": "normal",
        "assignee_id": "",
        "contact_id": ContactId("contact-1"),
        "inbox_id": INBOX,
        "inbox_ids": (INBOX,),
        "channel": "email",
        "created_at": NOW,
        "updated_at": NOW,
        "activity_at": NOW,
    }
    return Ticket(**(values | changes))


def a_conversation(**changes):
    values = {
        "id": ConversationId("conversation-1"),
        "version": 1,
        "inbox_id": INBOX,
        "channel": "email",
        "thread_key": "root@x",
        "open_key": "inbox-mail|root@x",
        "ticket_id": TicketId("ticket-1"),
        "contact_id": ContactId("contact-1"),
        "recipient": "mailto:ana@x.example",
        "participants": ("mailto:ana@x.example",),
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Conversation(**(values | changes))


def an_inbox(**changes):
    values = {
        "id": INBOX,
        "version": 1,
        "channel": "email",
        "name": "Support",
        "address": "support@halden.example",
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Inbox(**(values | changes))


def said(text="Hello", *, id="m1", thread="chat-7", sender="7", at=NOW, **more):
    """A chat message."""
    values = {
        "dedupe_id": id,
        "native_id": id,
        "thread_key": thread,
        "senders": (SenderId(family="telegram", value=sender),),
        "occurred_at": at,
        "sender_name": "Ana",
        "text": text,
    }
    return MessageReceived(**(values | more))


def a_mail(
    *,
    id="root@x.example",
    sender="Ana <ana@x.example>",
    to="support@halden.example",
    subject="Zip broken",
    text="The zip of my tent broke.",
    refs=(),
    extra="",
    date="Sun, 01 Mar 2026 10:00:00 +0000",
):
    """A small RFC 5322 mail."""
    lines = [
        f"Message-ID: <{id}>",
        f"From: {sender}",
        f"To: {to}",
        f"Subject: {subject}",
        f"Date: {date}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
    ]
    if refs:
        lines += [f"In-Reply-To: <{refs[-1]}>", "References: " + " ".join(f"<{r}>" for r in refs)]
    if extra:
        lines.append(extra)
    return ("\r\n".join([*lines, "", text, ""])).encode()
