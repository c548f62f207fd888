"""Rule 26 and the limits: boundaries, bounds, and agreement with the standard library."""

import email
import email.message

import pytest

from normalizer.mail.dsn import leaves
from normalizer.mail.mime import MAX_DEPTH, MAX_PARTS, Notes, read_mail, split
from normalizer.mail.parse import parse_mail

HEAD = b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'


def texts(raw: bytes) -> list[bytes]:
    return [part.content.strip() for part in leaves(read_mail(raw, Notes()))]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\n", [b"one", b"two"]),
        (b"preamble\r\n--b\r\n\r\none\r\n--b--\r\nepilogue", [b"one"]),
        (b"--b\r\n\r\none\r\n--b\r\n\r\nno end", [b"one", b"no end"]),
        (b"--b  \t\r\n\r\none\r\n--b-- \r\n", [b"one"]),
        (b"--b\n\none\n--b\n\ntwo\n--b--", [b"one", b"two"]),
        (b"--b\r\n\r\na --b inside\r\n --b indented\r\n--bb\r\n--b--", None),
        (
            b"--b\r\n\r\none\r\n--b--\r\n--b\r\nContent-Type: text/plain\r\n\r\nlate",
            [b"one", b"late"],
        ),
        (b"--b\r\n\r\none\r\n--b--\r\nsee:\r\n--b\r\nepilogue", [b"one"]),
        (b"--b\r\n--b\r\n\r\ntwo\r\n--b--", [b"", b"two"]),
    ],
)
def test_boundaries(body, expected):
    expected = expected or [b"a --b inside\r\n --b indented\r\n--bb"]
    assert texts(HEAD + body) == expected


def test_a_boundary_that_begins_another_is_told_apart():
    inner = b'Content-Type: multipart/mixed; boundary="b-1"\r\n\r\n--b-1\r\n\r\ndeep\r\n--b-1--\r\n'
    assert texts(HEAD + b"--b\r\n" + inner + b"--b\r\n\r\nflat\r\n--b--") == [b"deep", b"flat"]


def test_a_missing_or_wrong_boundary_is_guessed():
    body = b"--real\r\nContent-Type: text/plain\r\n\r\none\r\n--real--\r\n"
    for head in (b"Content-Type: multipart/mixed\r\n\r\n", HEAD):
        mail = parse_mail(head + body)
        assert mail.text.strip() == "one"
        assert "boundary missing or wrong: guessed" in mail.warnings


def test_a_multipart_without_parts_is_text():
    mail = parse_mail(HEAD + b"just text")
    assert mail.text == "just text"
    assert mail.warnings == ("multipart without parts",)


def test_too_many_parts_are_cut_with_a_warning():
    mail = parse_mail(HEAD + b"--b\r\n\r\nx\r\n" * (MAX_PARTS * 3))
    assert mail.text.count("x") < MAX_PARTS + 1
    assert any("parts" in warning for warning in mail.warnings)


@pytest.mark.parametrize("depth", [MAX_DEPTH + 5, 3000])
def test_deep_nesting_is_cut_with_a_warning(depth):
    raw = b"Content-Type: text/plain\r\n\r\nx"
    for level in range(depth):
        mark = b"n%d" % level
        raw = b"Content-Type: multipart/mixed; boundary=%b\r\n\r\n--%b\r\n%b\r\n--%b--" % (
            mark, mark, raw, mark,
        )  # fmt: skip
    assert any("nested" in warning for warning in parse_mail(raw).warnings)


def test_a_huge_header_is_cut_with_a_warning():
    mail = parse_mail(b"Subject: s\r\nX: " + b"a" * 1_500_000 + b"\r\n\r\nbody")
    assert mail.subject == "s"
    assert mail.warnings == ("header larger than 1 MB: the rest is shown as text",)


def test_well_formed_mails_split_as_the_standard_library_splits_them():
    raw = (
        b'Content-Type: multipart/mixed; boundary="o"\r\n\r\npre\r\n--o\r\n'
        b'Content-Type: multipart/alternative; boundary="i"\r\n\r\n--i\r\n\r\nplain\r\n--i\r\n'
        b"Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>=41=\r\n"
        b"B</p>\r\n--i--\r\n\r\n--o\r\nContent-Type: image/png\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\niVBORw0K\r\n--o--\r\nepilogue\r\n"
    )
    theirs = [
        item.get_payload(decode=True)
        for item in email.message_from_bytes(raw).walk()
        if not item.is_multipart()
    ]
    assert [part.content for part in leaves(read_mail(raw, Notes()))] == theirs


def test_split_gives_places_and_copies_nothing():
    raw = b"--b\r\none\r\n--b--"
    assert [raw[start:end] for start, end in split(raw, 0, len(raw), b"b")] == [b"one"]
