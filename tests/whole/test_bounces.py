"""A reply that cannot be delivered comes back to its own envelope sender, and its agent sees it."""

from email.message import Message

import pytest

from tests.api_client import ApiProblem
from tests.peers.smtp_sink import SmtpSink
from tests.site import Site
from tests.whole.far_side import Inboxes, delivered, eventually, mail, reply

pytestmark = pytest.mark.asyncio(loop_scope="session")
WORDS = "550 5.1.1 <nils@posta.example>: Recipient address rejected: User unknown"


def _mail(sender: str, subject: str) -> str:
    return (
        f"From: Nils <{sender}>\nTo: support@halden.example\nSubject: {subject}\n"
        f"Message-ID: <{subject.lower().replace(' ', '-')}@posta.example>\n"
        "Date: Fri, 20 Nov 2026 09:38:00 +0000\nMIME-Version: 1.0\n"
        "Content-Type: text/plain; charset=utf-8\n\nWhere is it?\n"
    )


def _report(to: str, ours: Message, action: str, status: str, words: str) -> str:
    """As Postfix writes it (RFC 3464); the original's headers are returned, as text."""
    headers = "\n".join(f"{name}: {value}" for name, value in ours.items())
    return f"""\
From: MAILER-DAEMON@mx.posta.example (Mail Delivery System)
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Date: Fri, 20 Nov 2026 10:00:00 +0000
Message-ID: <20261120100000.{status}@mx.posta.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B0"

--B0
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.posta.example.
--B0
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.posta.example

Final-Recipient: rfc822; nils@posta.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {words}

--B0
Content-Type: text/rfc822-headers

{headers}

--B0--
"""


async def _answered(
    site: Site, sink: SmtpSink, inboxes: Inboxes, subject: str, sender: str = "nils@posta.example"
) -> tuple[dict, int]:
    """A sent reply, and where its envelope is in the sink."""
    await mail(inboxes["email"], _mail(sender, subject), sender)
    message = await eventually(lambda: site.db["messages"].find_one({"subject": subject}))
    sent = await reply(site, message, f"It is on its way. ({subject})")
    await delivered(site, sent["id"], "sent")
    found = [i for i, one in enumerate(sink.mails) if subject in str(one["Subject"])]
    return sent, found[0]


async def test_a_returned_reply_fails_with_the_words(
    site: Site, sink: SmtpSink, inboxes: Inboxes
) -> None:
    sent, at = await _answered(site, sink, inboxes, "Lost parcel")
    sender = sink.envelopes[at].mail_from
    assert sender.startswith("support+b")
    report = _report(sender, sink.mails[at], "failed", "5.1.1", WORDS)
    await mail(inboxes["email"], report, "", sender)
    delivery = await delivered(site, sent["id"], "failed")
    assert "User unknown" in delivery["reason"]
    ticket = await site.client.call("GET", f"/tickets/{sent['ticket_id']}")
    shown = await site.client.call("GET", f"/tickets/{sent['ticket_id']}/messages")
    ours = next(one for one in shown["items"] if one["id"] == sent["id"])
    assert ours["delivery"]["state"] == "failed"
    assert "User unknown" in ours["delivery"]["reason"]
    assert ticket["delivery_trouble"]
    assert await site.db["tickets"].count_documents({"subject": {"$regex": "Undelivered"}}) == 0
    events = await site.client.call("GET", f"/tickets/{sent['ticket_id']}/events")
    changes = [change for event in events["items"] for change in event["changes"]]
    [told] = [one for one in changes if one["field"] == "recipient_failed"]
    assert told["before"] == "nils@posta.example"


async def test_a_returned_address_is_refused_until_it_is_lifted(
    site: Site, sink: SmtpSink, inboxes: Inboxes
) -> None:
    sent, at = await _answered(site, sink, inboxes, "Gone parcel", "gone@posta.example")
    sender = sink.envelopes[at].mail_from
    report = _report(sender, sink.mails[at], "failed", "5.1.1", WORDS.replace("nils", "gone"))
    await mail(inboxes["email"], report.replace("nils@", "gone@"), "", sender)
    await delivered(site, sent["id"], "failed")
    ticket = await site.client.call("GET", f"/tickets/{sent['ticket_id']}")
    [conversation] = ticket["conversations"]
    assert not conversation["can_reply"]
    listed = conversation["suppressed"]
    assert (listed["address"], listed["kind"]) == ("gone@posta.example", "bounced")
    with pytest.raises(ApiProblem) as refused:
        await reply(site, sent, "Are you there?")
    assert (refused.value.status, refused.value.document["field"]) == (422, "recipient")
    shown = await site.client.call("GET", "/suppressions")
    assert listed["id"] in [one["id"] for one in shown["items"]]
    assert b"gone@posta.example" in await site.cli("blocked", "list")
    await site.client.call("DELETE", f"/suppressions/{listed['id']}")
    again = await reply(site, sent, "Are you there?")
    await delivered(site, again["id"], "sent")


async def test_a_warning_of_delay_fails_nothing(
    site: Site, sink: SmtpSink, inboxes: Inboxes
) -> None:
    sent, at = await _answered(site, sink, inboxes, "Slow parcel", "slow@posta.example")
    sender = sink.envelopes[at].mail_from
    words = "451 4.4.1 connect to mx.posta.example: Connection timed out"
    report = _report(sender, sink.mails[at], "delayed", "4.4.1", words)
    await mail(inboxes["email"], report, "", sender)
    await site.settle(20)
    shown = await site.client.call("GET", f"/tickets/{sent['ticket_id']}/messages")
    delivery = next(one for one in shown["items"] if one["id"] == sent["id"])["delivery"]
    assert delivery["state"] == "sent"
    [delayed] = delivery["recipients"]
    assert (delayed["address"], delayed["state"]) == ("slow@posta.example", "delayed")
    assert "timed out" in delayed["reason"]


async def test_a_forged_bounce_address_changes_nothing(
    site: Site, sink: SmtpSink, inboxes: Inboxes
) -> None:
    sent, at = await _answered(site, sink, inboxes, "Quiet parcel", "quiet@posta.example")
    local, _, host = sink.envelopes[at].mail_from.partition("@")
    forged = f"{local[:-4]}aaaa@{host}"
    blank = Message()
    blank["Message-ID"] = "<unknown@posta.example>"
    report = _report(forged, blank, "failed", "5.1.1", WORDS)
    await mail(inboxes["email"], report, "", forged)
    await site.settle(20)
    message = await site.db["messages"].find_one({"_id": sent["id"]})
    assert message["delivery"]["state"] == "sent"


async def test_a_complaint_is_kept_with_its_mail_and_ends_writing_there(
    site: Site, sink: SmtpSink, inboxes: Inboxes
) -> None:
    sent, at = await _answered(site, sink, inboxes, "Loud parcel", "loud@posta.example")
    headers = "\n".join(f"{name}: {value}" for name, value in sink.mails[at].items())
    report = f"""\
From: feedback@posta.example
To: support@halden.example
Subject: FW: Loud parcel
Message-ID: <complaint-1@posta.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="B0"

--B0
Content-Type: text/plain; charset=us-ascii

This is an email abuse report.
--B0
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: PostaFBL/1.0
Version: 1
Original-Rcpt-To: loud@posta.example

--B0
Content-Type: message/rfc822

{headers}

It is on its way.
--B0--
"""
    await mail(inboxes["email"], report, "feedback@posta.example")
    await delivered(site, sent["id"], "delivered")  # who complains has it
    ticket = await site.client.call("GET", f"/tickets/{sent['ticket_id']}")
    assert ticket["conversations"][0]["suppressed"]["kind"] == "complained"
    assert ticket["message_count"] == 3
