"""Rules 7 and 10 to 12: who wrote, however it is spelled."""

import pytest

from normalizer.mail.addresses import is_valid, parse_addresses, repair
from normalizer.mail.parse import parse_mail


def first(value: bytes) -> tuple[str, str, bool]:
    address = parse_addresses(value)[0]
    return address.name, address.address, address.repaired


@pytest.mark.parametrize(
    ("value", "name", "address"),
    [
        (b"Mira Okafor <mira@halden.example>", "Mira Okafor", "mira@halden.example"),
        (b"mira@halden.example (Mira Okafor)", "Mira Okafor", "mira@halden.example"),
        (b'"Okafor, Mira" <mira@halden.example>', "Okafor, Mira", "mira@halden.example"),
        (b"Okafor, Mira <mira@halden.example>", "Okafor, Mira", "mira@halden.example"),
        (b"=?utf-8?Q?Okafor,_Mira?= <mira@halden.example>", "Okafor, Mira", "mira@halden.example"),
        (b'"=?utf-8?Q?J=C3=BCrgen?=" <j@x.example>', "Jürgen", "j@x.example"),
        (b"\"'Mira'\" <mira@halden.example>", "Mira", "mira@halden.example"),
        (b'"a \\"b\\" c" <m@x.example>', 'a "b" c', "m@x.example"),
        (b"<mira@halden.example>", "", "mira@halden.example"),
        (b"mira@halden.example", "", "mira@halden.example"),
        (b"team: mira@halden.example, jun@halden.example;", "", "mira@halden.example"),
    ],
)
def test_valid_spellings_are_read_and_not_flagged(value, name, address):
    assert first(value) == (name, address, False)


@pytest.mark.parametrize(
    ("value", "address"),
    [
        (b"Mira <<mira@halden.example>>", "mira@halden.example"),
        (b"<mira @halden.example>", "mira@halden.example"),
        (b"<'mira@halden.example'>", "mira@halden.example"),
        (b"<mira@halden.example.>", "mira@halden.example"),
        (b"<mailto:mira@halden.example>", "mira@halden.example"),
        (b"Mira mira@halden.example", "mira@halden.example"),
    ],
)
def test_damaged_spellings_are_repaired_and_flagged(value, address):
    _, found, repaired = first(value)
    assert (found, repaired) == (address, True)


def test_an_encoded_word_in_the_address_is_never_decoded():
    mail = parse_mail(b"From: =?utf-8?Q?agent=40victim.example?= <x@y.example>\r\n\r\n")
    assert mail.sender.address == "x@y.example"
    forged = parse_mail(b"From: =?utf-8?Q?agent?=@victim.example\r\n\r\n")
    assert forged.sender.address != "agent@victim.example"
    assert not is_valid(forged.sender.address)


@pytest.mark.parametrize(
    ("header", "source"),
    [
        (b"From: a@b.example\r\nReply-To: r@b.example\r\n", "from"),
        (b'From: "x" <>\r\nReply-To: a@b.example\r\n', "reply-to"),
        (b"From: nobody\r\nReturn-Path: <a@b.example>\r\nSender: s@b.example\r\n", "return-path"),
        (b"Return-Path: <>\r\nSender: a@b.example\r\n", "sender"),
    ],
)
def test_the_sender_is_the_first_valid_of_four_fields(header, source):
    mail = parse_mail(header + b"\r\nx")
    assert (mail.sender.address, mail.sender_source) == ("a@b.example", source)


def test_a_mail_without_any_sender_is_still_a_mail():
    mail = parse_mail(b"Subject: s\r\n\r\nx")
    assert (mail.sender.address, mail.sender_source) == ("", "none")


def test_groups_and_repeated_fields_are_all_read():
    mail = parse_mail(b"To: undisclosed-recipients:;\r\nTo: a@b.example\r\nTo: c@d.example\r\n\r\n")
    assert [item.address for item in mail.to] == ["a@b.example", "c@d.example"]


def test_a_null_return_path_is_told_from_a_missing_one():
    assert parse_mail(b"Return-Path: <>\r\n\r\n").return_path == ""
    assert parse_mail(b"Subject: s\r\n\r\n").return_path is None


def test_repair_leaves_the_case_of_the_local_part():
    assert repair("Mira@Halden.example") == ("Mira@Halden.example", False)
