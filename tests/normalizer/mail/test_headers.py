"""Rules 4 to 8 and 26: header fields in every state of damage."""

import pytest

from normalizer.mail.dates import parse_date
from normalizer.mail.headers import decode_words, parameters, read_headers
from normalizer.mail.message_ids import message_ids
from normalizer.mail.parse import parse_mail


def subject_of(value: bytes) -> str:
    return parse_mail(b"Subject: " + value + b"\r\n\r\nx").subject


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"=?utf-8?B?w6Q=?= =?utf-8?B?w7Y=?=", "äö"),
        (b"a =?utf-8?Q?=C3=A4?= b", "a ä b"),
        (b"=?utf-8?Q?=E4=BD?=\r\n =?utf-8?Q?=A0?=", "你"),
        (b"=?iso-8859-1?Q?Gr=FC=DFe_an?= =?utf-8?Q?_=E4=BD=A0?=", "Grüße an 你"),
        (b"=?utf-8?Q?a=?=", "a="),
        (b"=?utf-8?Q?truncated", "truncated"),
        (b"=?utf-8*en?Q?Tent?=", "Tent"),
        (b"=?utf-8?B?w6Q?=", "ä"),
        (b"=?x-nobody-knows?Q?caf=C3=A9?=", "café"),
        (b"Gr\xc3\xbc\xc3\x9fe", "Grüße"),
        (b"Gr\xfc\xdfe", "Grüße"),
        ("机房环境法规".encode("gb18030"), "机房环境法规"),
        ("Доброе утро".encode("koi8-r"), "Доброе утро"),
        ("注文の件について".encode("cp932"), "注文の件について"),
        (b"\x1b$B;vL36I\x1b(B", "事務局"),
        (b"=?utf-8?Q?two=0D=0ABcc:_x@y?=", "two Bcc: x@y"),
    ],
)
def test_subjects_are_decoded(raw, text):
    assert subject_of(raw) == text


def test_unlabelled_bytes_are_read_in_the_charset_that_the_mail_names_elsewhere():
    raw = (
        b"Subject: =?gb2312?B?1tC5+g==?=\r\nContent-Type: application/pdf; name="
        + "甪岙.pdf".encode("gb18030")
        + b"\r\n\r\nx"
    )
    assert parse_mail(raw).attachments[0].name == "甪岙.pdf"


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: a\r\nTo: x@y.z\r\n\r\nbody",
        b"From someone Mon Jan 1\r\nSubject: a\r\nTo: x@y.z\r\n\r\nbody",
        b"Subject :a\nTo: x@y.z\n\nbody",
        b"Subject: a\rTo: x@y.z\r\rbody",
        b"\r\n\r\nSubject: a\r\nTo: x@y.z\r\n\r\nbody",
        b"Subject: a\r\n \r\nTo: x@y.z\r\n\r\nbody",
        b"----- a line that is no field -----\r\nSubject: a\r\nTo: x@y.z\r\n\r\nbody",
    ],
)
def test_damaged_headers_still_end_where_the_body_starts(raw):
    mail = parse_mail(raw)
    assert (mail.subject, mail.to[0].address, mail.text) == ("a", "x@y.z", "body")


def test_text_between_the_fields_is_not_lost():
    mail = parse_mail(b"Subject: a\r\nno field at all\r\nX-B: c\r\n\r\nbody")
    assert mail.subject == "a"
    assert mail.text.split() == ["no", "field", "at", "all", "body"]


def test_a_trace_field_that_lost_its_folding_is_put_together():
    mail = parse_mail(b"Received: from a\r\nby b with SMTP\r\nfor c;\r\nSubject: s\r\n\r\nbody")
    assert (mail.subject, mail.text) == ("s", "body")


def test_text_without_any_header_is_a_body():
    mail = parse_mail(b"Dear all,\r\nno header here\r\n")
    assert mail.text.startswith("Dear all,")


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (b'x; filename="a.txt"', "a.txt"),
        (b"x; filename*=utf-8''Erkl%C3%A4rung.txt", "Erklärung.txt"),
        (b"x; filename*0*=utf-8''Erkl%C3; filename*1*=%A4rung; filename*2=.txt", "Erklärung.txt"),
        (b'x; filename*1="b.txt"; filename*0="a-"', "a-b.txt"),
        (b'x; filename="=?utf-8?Q?Erkl=C3=A4rung?=.txt"', "Erklärung.txt"),
        (b'x; filename="broken.txt', "broken.txt"),
        (b'x; filename="say "hi".txt"; size=3', 'say "hi".txt'),
        (b"x; filename=two words.txt; size=3", "two words.txt"),
        (b"x;; filename=a.txt;", "a.txt"),
        (b"x; FileName = a.txt", "a.txt"),
    ],
)
def test_parameters_by_the_book_and_beside_it(value, name):
    assert parameters(value)["filename"] == name


@pytest.mark.parametrize(
    ("value", "iso"),
    [
        ("Mon, 1 Jun 2026 10:00:00 +0200", "2026-06-01T08:00:00+00:00"),
        ("1 Jun 26 10:00 GMT", "2026-06-01T10:00:00+00:00"),
        ("2026-06-01T10:00:00Z", "2026-06-01T10:00:00+00:00"),
        ("Mon, 1 Jun 2026 10:00:00", "2026-06-01T10:00:00+00:00"),
        ("Mon, 99 Jun 2026 10:00:00 +0200", None),
        ("Mon, 1 Jun 2026 10:00:00 +9999", "2026-06-01T10:00:00+00:00"),
        ("yesterday", None),
        ("", None),
        ("Thu, 1 Jan 99999 00:00:00 +0000", None),
    ],
)
def test_a_bad_date_is_none_and_costs_nothing(value, iso):
    date = parse_date(value)
    assert (date.isoformat() if date else None) == iso


def test_references_survive_folding_comments_and_missing_brackets():
    assert message_ids("<a@b>\r\n <c@d> (note) <a@b>") == ("<a@b>", "<c@d>")
    assert message_ids("Your message of Monday <a@b>") == ("<a@b>",)
    assert message_ids("a@b c@d") == ("<a@b>", "<c@d>")
    assert message_ids("<very-long-\r\n id@b>") == ("<very-long-id@b>",)


DATED = b"Date: Mon, 1 Jun 2026 10:00:00 +0000\r\nFrom: j@x\r\nSubject: a\r\n\r\nx y"


def id_of(raw):
    return parse_mail(raw).message_id


def test_a_missing_message_id_is_made_of_what_relays_leave_alone():
    assert id_of(DATED) == id_of(DATED)
    assert id_of(b"Received: from a by b\r\n" + DATED.replace(b"x y", b"x  y\r\n")) == id_of(DATED)
    assert id_of(DATED.replace(b"x y", b"x z")) != id_of(DATED)
    assert id_of(DATED.replace(b"10:00:00", b"10:00:01")) != id_of(DATED)


def test_a_device_that_says_the_same_without_date_is_heard_each_time():
    raw = b"From: alarm@x\r\nSubject: alarm\r\n\r\nSmoke"
    assert id_of(raw) == id_of(raw)
    first, second = (b"Received: by b; %d Jun 2026\r\n" % day + raw for day in (1, 2))
    assert id_of(first) != id_of(second)


def test_the_end_of_a_header_block_is_told_exactly():
    raw = b"A: b\r\n c\r\n\r\nbody"
    block = read_headers(raw, 0, len(raw))
    assert raw[block.body_start :] == b"body"
    assert block.headers.raw("a") == b"b c"


def test_a_mixed_up_utf8_value_keeps_its_good_parts():
    assert decode_words("grün".encode() * 5 + b" \xe9") == "grün" * 5 + " é"
