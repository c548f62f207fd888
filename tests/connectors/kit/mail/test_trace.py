"""The envelope beside a mail, and what stands in for mail that could not be had."""

from datetime import UTC, datetime

import pytest

from connectors.errors import Malformed
from connectors.kit.mail import trace

NOW = datetime(2026, 3, 1, tzinfo=UTC)
MAIL = b"From: eva@far.example\r\n\r\nHello\r\n"


def headers(**changes: object) -> dict[str, str]:
    known = {"mail_from": "eva@far.example", "rcpt_to": ("support@halden.example",), "peer": "::1"}
    return trace.to_headers(trace.Envelope(**{**known, **changes}))


def test_smtp_mail_begins_with_what_the_envelope_said() -> None:
    kept = headers(mail_from="", rcpt_to=("support+b.1@halden.example", "help@halden.example"))
    [event] = trace.parse_mail_item(MAIL, kept, NOW).events
    assert event.mail == (
        b"Return-Path: <>\r\n"
        b"Delivered-To: support+b.1@halden.example\r\n"
        b"Delivered-To: help@halden.example\r\n" + MAIL
    )
    assert event.recipient == "support+b.1@halden.example"


def test_imap_mail_stays_as_it_is() -> None:
    [event] = trace.parse_mail_item(MAIL, {trace.UID: "7"}, NOW).events
    assert event.mail == MAIL


def test_no_envelope_adds_a_header_of_its_own() -> None:
    kept = headers(mail_from="a@b\r\nFrom: boss@halden.example")
    [event] = trace.parse_mail_item(MAIL, kept, NOW).events
    assert event.mail.count(b"\r\nFrom:") == 1


@pytest.mark.parametrize("body", [b"", b" \r\n"])
def test_an_empty_mail_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed, match="empty"):
        trace.parse_mail_item(body, headers(), NOW)


def test_a_fault_names_folder_and_uid() -> None:
    kept = {trace.FAULT: "too large", trace.FOLDER: "INBOX", trace.UID: "7"}
    with pytest.raises(Malformed, match=r"too large \(INBOX, UID 7\)"):
        trace.parse_mail_item(b"", kept, NOW)


def test_the_head_of_a_mail_that_was_not_fetched_is_listed_and_handed_on() -> None:
    kept = {trace.FAULT: "too large", trace.FOLDER: "INBOX", trace.UID: "7"}
    parsed = trace.parse_mail_item(MAIL, kept, NOW)
    assert [one.reason for one in parsed.bad] == ["too large (INBOX, UID 7)"]
    assert [one.incomplete for one in parsed.events] == ["too large"]
