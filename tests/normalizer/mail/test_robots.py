"""Rules 37 and 38: machines are known by what they say of themselves."""

import pytest

from normalizer.mail.parse import parse_mail


def read(fields: str):
    return parse_mail(f"From: jk@example.org\r\n{fields}\r\n\r\nx".encode())


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ("Auto-Submitted: auto-replied", "auto-submitted"),
        ("Auto-Submitted: auto-generated; x=y", "auto-submitted"),
        ("X-Auto-Response-Suppress: All", "x-auto-response-suppress"),
        ("X-Autoreply: yes", "x-autoreply"),
        ("X-Autorespond: x", "x-autorespond"),
        ("X-Mail-Autoreply: x", "x-mail-autoreply"),
        ("Precedence: BULK", "precedence"),
        ("Precedence: auto_reply", "precedence"),
        ("X-Precedence: junk", "x-precedence"),
        ("X-Loop: a@b.example", "x-loop"),
        ("List-Id: <news.example>", "list-id"),
        ("List-Unsubscribe: <mailto:u@example.org>", "list-unsubscribe"),
        ("Return-Path: <>", "return-path"),
        ("Subject: Out of Office: back on Monday", "subject"),
        ("Subject: Automatische Antwort: Zelt", "subject"),
        ("Subject: Réponse automatique : tente", "subject"),
        ("Subject: 自动回复: 帐篷", "subject"),
    ],
)
def test_a_robot_is_told_by_each_sign(fields, reason):
    mail = read(fields)
    assert (mail.auto_reply, mail.auto_reply_reason) == (True, reason)


@pytest.mark.parametrize("sender", ["MAILER-DAEMON", "mailer-daemon@example.org"])
def test_a_mail_system_is_told_by_its_name(sender):
    mail = parse_mail(f"From: {sender}\r\n\r\nx".encode())
    assert mail.auto_reply_reason == "sender"


@pytest.mark.parametrize(
    "fields",
    [
        "Auto-Submitted: no",
        "X-Auto-Response-Suppress: DR, OOF, AutoReply",
        "X-Autoreply: no",
        "Precedence: first-class",
        "X-MS-Exchange-Inbox-Rules-Loop: a@b.example",
        "Subject: Re: Automatische Antwort: Zelt",
        "Subject: Tent",
        "Return-Path: <jk@example.org>",
    ],
)
def test_people_are_not_robots(fields):
    assert not read(fields).auto_reply


@pytest.mark.parametrize(
    ("fields", "away"),
    [
        ("Auto-Submitted: auto-replied; owner-email=x", True),
        ("Auto-Submitted: auto-replied (vacation)\r\nPrecedence: bulk", True),
        ("Auto-Submitted: auto-generated", False),
        ("X-MS-Exchange-Inbox-Rules-Loop: a@b.example", False),
        ("Subject: Abwesenheitsnotiz: Zelt", True),
        ("Subject: 不在通知", True),
    ],
)
def test_out_of_office_is_told_from_other_robots(fields, away):
    assert read(fields).out_of_office is away
