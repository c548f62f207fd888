"""Mails put together from fields, read back by the normaliser and by the standard library."""

import email
import email.policy
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit.mail.assembled import (
    MailFields,
    MailFile,
    assemble,
    header_lines,
    several,
    with_missing,
)
from normalizer.mail.parse import parse_mail

HEADERS = (
    ("From", "Eva <eva@far.example>"),
    ("Subject", "Tent pole"),
    ("Message-ID", "<m1@far.example>"),
    ("References", "<m0@far.example>\r\n <t1@halden.example>"),
    ("Content-Type", 'multipart/mixed; boundary="theirs"'),
    ("MIME-Version", "1.0"),
)
PNG = MailFile(
    name="pole.png", media_type="image/png", content=b"\x89PNG\r\n\x1a\n", content_id="p1"
)
PDF = MailFile(name="Rechnung Nr. 木.pdf", media_type="application/pdf", content=bytes(range(256)))


def test_headers_bodies_and_files_come_back():
    raw = assemble(
        MailFields(
            headers=HEADERS,
            text="It broke.\nAt the joint: größer 木",
            html='<p>It broke. <img src="cid:p1"></p>',
            files=(PNG, PDF),
        )
    )
    mail = parse_mail(raw)
    assert mail.sender.address == "eva@far.example"
    assert mail.references == ("<m0@far.example>", "<t1@halden.example>")
    assert "größer 木" in mail.text or "It broke." in mail.text
    assert {(one.name, one.content, one.inline) for one in mail.attachments} == {
        ("pole.png", PNG.content, True),
        (PDF.name, PDF.content, False),
    }
    stdlib = email.message_from_bytes(raw, policy=email.policy.default)
    kinds = [part.get_content_type() for part in stdlib.walk()]
    assert kinds == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "application/pdf",
    ]


@pytest.mark.parametrize(
    ("text", "html", "kind"),
    [
        ("hello", None, "text/plain"),
        (None, None, "text/plain"),
        ("", "<p>hi</p>", "text/html"),
        ("hi", "<p>hi</p>", "multipart/alternative"),
    ],
)
def test_no_deeper_than_needed(text, html, kind):
    raw = assemble(MailFields(headers=HEADERS, text=text, html=html))
    assert email.message_from_bytes(raw).get_content_type() == kind


def test_the_envelope_is_known():
    raw = assemble(
        MailFields(headers=HEADERS, text="x", mail_from="", rcpt_to=("support+tk3@halden.example",))
    )
    assert raw.startswith(b"Return-Path: <>\r\nDelivered-To: support+tk3@halden.example\r\n")
    assert parse_mail(raw).delivered_to == ("support+tk3@halden.example",)
    assert b"Return-Path" not in assemble(MailFields(headers=HEADERS, text="x"))


def test_a_null_sender_marks_a_report_and_none_does_not():
    reports = [parse_mail(assemble(MailFields(headers=HEADERS, text="x", mail_from=sender)))
               for sender in ("", None, "eva@far.example")]  # fmt: skip
    assert [mail.auto_reply for mail in reports] == [True, False, False]


def test_nothing_from_outside_makes_a_header():
    raw = assemble(
        MailFields(
            headers=(("Subject", "x\r\nBcc: eve@far.example"), ("X: y\r\nEvil", "z"), ("", "w")),
            text="\r\n.\r\n",
            files=(
                MailFile(
                    name='a"\r\nX-Evil: 1.txt',
                    media_type="text/plain\r\nX-Evil: 2",
                    content=b"",
                    content_id="c\r\nX-Evil: 3>",
                ),
            ),
            mail_from="a@b>\r\nX-Evil: 4",
            rcpt_to=("c@d\r\nX-Evil: 5",),
        )
    )  # fmt: skip
    names = [line.partition(b":")[0].lower() for line in raw.split(b"\r\n") if b":" in line]
    assert b"bcc" not in names
    assert b"x-evil" not in names


@given(st.text(max_size=200), st.binary(max_size=200), st.text(max_size=30), st.text(max_size=30))
def test_whatever_the_fields_hold(text, content, subject, name):
    file = MailFile(name=name, media_type="application/x-any", content=content)
    fields = MailFields(headers=(("Subject", subject),), text=text, files=(file,))
    raw = assemble(fields)
    assert raw == assemble(fields)
    (found,) = parse_mail(raw).attachments
    assert found.content == content


def test_raw_headers_as_pairs():
    block = "Received: a\r\n\tb\r\nSubject: =?utf-8?q?x?=\r\nReceived: c\r\n"
    assert [name for name, _ in header_lines(block)] == ["Received", "Subject", "Received"]
    assert header_lines("") == ()


def test_repeated_headers_and_those_in_fields_of_their_own():
    pairs = tuple(several({"Received": ["a", "b"], "Subject": "s", "Cc": None}))
    assert pairs == (("Received", "a"), ("Received", "b"), ("Subject", "s"))
    assert with_missing(pairs, {"subject": "other", "From": "eva@far.example", "Cc": ""}) == (
        *pairs,
        ("From", "eva@far.example"),
    )


def test_an_old_date_stays():
    raw = assemble(MailFields(headers=(("Date", "Wed, 18 Nov 2026 12:06:30 +0100"),), text="x"))
    assert parse_mail(raw).date == datetime(2026, 11, 18, 11, 6, 30, tzinfo=UTC)


INNER = (
    b"From: ida@far.example\r\nSubject: Inner\r\nMessage-ID: <i@far.example>\r\n\r\n.\r\n--=_x\r\n"
)


@pytest.mark.parametrize("name", ["forwarded.eml", ""])
def test_a_mail_within_a_mail_comes_whole(name):
    file = MailFile(name=name, media_type="Message/RFC822", content=INNER)
    (found,) = parse_mail(
        assemble(MailFields(headers=HEADERS, text="x", files=(file,)))
    ).attachments
    assert found.content.replace(b"\r\n", b"\n").strip() == INNER.replace(b"\r\n", b"\n").strip()
    assert found.media_type == "message/rfc822"
    fields = MailFields(
        headers=HEADERS,
        text="x",
        files=(MailFile(name=name, media_type="message/rfc822", content=INNER),),
    )
    inner = email.message_from_bytes(assemble(fields)).get_payload(1).get_payload(0)
    assert inner["Message-ID"] == "<i@far.example>"


def test_what_calls_itself_multipart_is_only_bytes():
    file = MailFile(name="x", media_type="multipart/mixed; boundary=y", content=b"--y\r\n\r\n--y--")
    (found,) = parse_mail(
        assemble(MailFields(headers=HEADERS, text="x", files=(file,)))
    ).attachments
    assert found.content == b"--y\r\n\r\n--y--"
