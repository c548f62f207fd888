"""Rule 40: bounces and delays, by the standard and by their wording."""

import pytest

from normalizer.mail.model import Bounce, BouncedRecipient
from normalizer.mail.parse import parse_mail

ORIGINAL = "Message-ID: <m1@halden.example>\r\nSubject: Your tent\r\n\r\nIt is ready."


def report(blocks: str, returned: str = "message/rfc822") -> bytes:
    return (
        "From: MAILER-DAEMON@mx.example\r\nSubject: Undelivered Mail\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\n\r\nI'm sorry.\r\n"
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n"
        f"{blocks}\r\n"
        f"--b\r\nContent-Type: {returned}\r\n\r\n{ORIGINAL}\r\n--b--\r\n"
    ).encode()


def block(address: str, action: str, status: str, code: str = "") -> str:
    return (
        f"Final-Recipient: rfc822; {address}\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; {code}\r\n\r\n"
    )


def bounce_of(raw: bytes) -> Bounce:
    bounce = parse_mail(raw).bounce
    assert bounce is not None
    return bounce


@pytest.mark.parametrize("returned", ["message/rfc822", "text/rfc822-headers"])
def test_a_report_names_recipient_status_reason_and_the_mail(returned):
    bounce = bounce_of(report(block("jk@example.org", "failed", "5.1.1", "550 no user"), returned))
    assert bounce == Bounce(
        kind="permanent",
        status="5.1.1",
        recipients=("jk@example.org",),
        original_message_id="<m1@halden.example>",
        reason="550 no user",
        each=(
            BouncedRecipient(
                address="jk@example.org", kind="permanent", status="5.1.1", reason="550 no user"
            ),
        ),
    )


def test_several_recipients_and_the_worst_of_them():
    bounce = bounce_of(
        report(
            block("a@x.example", "delayed", "4.4.1")
            + block("b@x.example", "failed", "5.2.2")
            + block("c@x.example", "delivered", "2.0.0")
        )
    )
    assert (bounce.kind, bounce.status) == ("permanent", "5.2.2")
    assert bounce.recipients == ("a@x.example", "b@x.example")


def test_a_delay_is_temporary_and_good_news_is_no_bounce():
    assert bounce_of(report(block("a@x.example", "delayed", "4.4.1"))).kind == "temporary"
    assert parse_mail(report(block("a@x.example", "relayed", "2.0.0"))).bounce is None


WORDINGS = [
    "Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver your "
    "message to the following addresses.\n\n<jk@example.org>:\nSorry, no mailbox here by that "
    "name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\n"
    "Message-ID: <m1@halden.example>",
    "This is the Postfix program.\n\n<jk@example.org>: host mx said: 550 5.1.1 User unknown",
    "A message that you sent could not be delivered to all of its recipients. The following "
    "address(es) failed:\n\n  jk@example.org\n    550 5.1.1 unknown user",
    "Your message did not reach the following recipient(s):\n\njk@example.org on Mon, 1 Jun 2026\n"
    "    The recipient name is not recognized 550 5.1.1 x",
    "   ----- The following addresses had permanent fatal errors -----\n<jk@example.org>\n\n"
    "550 5.1.1 <jk@example.org>... User unknown",
    "Ihre Nachricht konnte nicht zugestellt werden:\n\n<jk@example.org>\n\n550 5.1.1 unbekannt",
    "您的邮件无法送达以下地址：\n<jk@example.org>\n550 5.1.1 用户不存在",
    "抱歉，您的邮件被退回来了\n原邮件信息：\n收件人：jk@example.org\n"
    "退信原因：550 5.1.1 用户不存在\n",
    "您的邮件未能投递到以下收件人：\njk@example.org\n退信原因：550 5.1.1 Mailbox not found\n",
    "<jk@example.org> 宛のメールは配信できませんでした。550 5.1.1\n",
    "Ihre Nachricht konnte nicht zugestellt werden.\nEmpfänger: jk@example.org\n550 5.1.1\n",
    "Le message n'a pas pu être remis à jk@example.org : 550 5.1.1 utilisateur inconnu\n",
    "No se ha podido entregar el mensaje.\nDestinatario: jk@example.org\n550 5.1.1\n",
    "Não foi possível entregar a mensagem.\nDestinatário: jk@example.org\n550 5.1.1\n",
    "Il messaggio non è stato recapitato.\nDestinatario: jk@example.org\n550 5.1.1\n",
    "Het bericht kon niet worden bezorgd.\nOntvanger: jk@example.org\n550 5.1.1\n",
    "Сообщение не может быть доставлено.\nПолучатель: jk@example.org\n550 5.1.1\n",
    "Wiadomość nie została dostarczona.\nOdbiorca: jk@example.org\n550 5.1.1\n",
    "Meddelandet kunde inte levereras.\nMottagare: jk@example.org\n550 5.1.1\n",
]


@pytest.mark.parametrize("wording", WORDINGS)
def test_reports_without_any_standard_are_read(wording):
    raw = (
        "From: MAILER-DAEMON@mx.example\nTo: support@halden.example\n"
        f"Subject: failure notice\n\n{wording}"
    )
    bounce = bounce_of(raw.encode())
    assert (bounce.recipients, bounce.status) == (("jk@example.org",), "5.1.1")
    assert bounce.kind == "permanent"


def test_the_copied_mail_is_found_in_the_text_and_in_the_answered_id():
    raw = f"From: MAILER-DAEMON@x.example\nSubject: failure notice\n\n{WORDINGS[0]}"
    assert bounce_of(raw.encode()).original_message_id == "<m1@halden.example>"
    raw = f"From: MAILER-DAEMON@x.example\nIn-Reply-To: <m2@x>\nSubject: failed\n\n{WORDINGS[1]}"
    assert bounce_of(raw.encode()).original_message_id == "<m2@x>"


def test_a_warning_is_temporary():
    text = (
        "Your message has not yet been delivered to:\n\n<jk@example.org>\n\nNo action is required."
    )
    raw = f"From: Mailer-Daemon@mx.example\nSubject: Warning: message delayed 2 days\n\n{text}"
    assert bounce_of(raw.encode()).kind == "temporary"


def test_the_failed_recipients_field_is_believed():
    raw = b"From: x@mx.example\nX-Failed-Recipients: jk@example.org\n\ncould not be delivered"
    assert bounce_of(raw).recipients == ("jk@example.org",)


@pytest.mark.parametrize(
    "raw",
    [
        b"From: jk@example.org\nSubject: Delivery of my tent\n\nMy parcel could not be delivered.",
        b"From: jk@example.org\nSubject: Delivery problem\n\nNot delivered! Ask:\njk@x.example",
        b"From: jk@example.org\nSubject: Re: x\n\n> could not be delivered\n<a@b.example>: failed",
        b"From: jk@example.org\nReturn-Path: <>\nSubject: Out of office\n\nBack on Monday.",
        b"From: jk@example.org\nSubject: Read: x\nContent-Type: multipart/report; "
        b'report-type=disposition-notification; boundary="b"\n\n--b\n\nread\n--b--',
    ],
)
def test_what_people_write_is_no_bounce(raw):
    assert parse_mail(raw).bounce is None


def test_a_bounce_is_never_answered():
    raw = b"From: jk@example.org\nX-Failed-Recipients: a@b.example\n\ncould not be delivered"
    mail = parse_mail(raw)
    assert (mail.auto_reply, mail.auto_reply_reason) == (True, "bounce")


def test_the_mail_in_a_bounce_stays_closed():
    mail = parse_mail(report(block("jk@example.org", "failed", "5.1.1")))
    assert "It is ready" not in mail.text
    assert [item.name for item in mail.attachments] == ["delivery-status.txt", "Your tent.eml"]


@pytest.mark.parametrize(
    ("sender", "kind"), [("MAILER-DAEMON@x.example", "mixed"), ("abuse@x.example", "report")]
)
def test_a_returned_mail_stays_closed_by_its_sender_or_by_its_wrapping(sender, kind):
    raw = (
        f"From: {sender}\r\nSubject: about your mail\r\n"
        f"Content-Type: multipart/{kind}; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\n{ORIGINAL}\r\n--b--"
    )
    assert parse_mail(raw.encode()).text.strip() == "hello"


def test_each_recipient_has_its_own_state():
    bounce = bounce_of(
        report(block("a@x.example", "delayed", "4.4.1") + block("b@x.example", "failed", "5.2.2"))
    )
    assert [(one.address, one.kind, one.status) for one in bounce.each] == [
        ("a@x.example", "temporary", "4.4.1"),
        ("b@x.example", "permanent", "5.2.2"),
    ]


def complaint(kind: str, report_type: str = "feedback-report") -> bytes:
    return (
        "From: feedback@isp.example\r\nSubject: FW: Your tent\r\n"
        f'Content-Type: multipart/report; report-type={report_type}; boundary="b"\r\n\r\n'
        "--b\r\n\r\nThis is an abuse report.\r\n"
        "--b\r\nContent-Type: message/feedback-report\r\n\r\n"
        f"Feedback-Type: {kind}\r\nUser-Agent: Isp/1.0\r\nVersion: 1\r\n"
        "Original-Rcpt-To: <eva@isp.example>\r\n\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\n{ORIGINAL}\r\n--b--\r\n"
    ).encode()


def test_a_complaint_names_its_mail_and_who_complained():
    mail = parse_mail(complaint("abuse"))
    assert mail.bounce is None
    assert mail.complaint is not None
    assert mail.complaint.recipients == ("eva@isp.example",)
    assert mail.complaint.original_message_id == "<m1@halden.example>"


@pytest.mark.parametrize("raw", [complaint("not-spam"), complaint("abuse", "delivery-status")])
def test_what_is_no_complaint(raw):
    assert parse_mail(raw).complaint is None
