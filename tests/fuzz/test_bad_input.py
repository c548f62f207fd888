"""Bad input: bounded work, bounded memory, and everything that can be kept is kept."""

import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from bench.mails import peak_mb
from normalizer.mail.mime import MAX_DEPTH, MAX_PARTS
from normalizer.mail.parse import parse_mail
from tests.fuzz.shapes import HEAD, MIXED, SHAPES, text

ROOT = Path(__file__).resolve().parents[2]


def test_no_shape_takes_more_than_its_bound_of_work_and_memory():
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.bounded"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    names = done.stdout.split("\n")
    assert names[-2] == "all", f"{names[-2]!r} ended the reader: {done.stderr[-500:]}"
    assert len(names) == len(SHAPES) + 2


def test_ten_thousand_parts_are_read_up_to_the_bound_and_it_says_so():
    part = b"--b\r\nContent-Type: text/plain; name=a.txt\r\n\r\nx\r\n"
    mail = parse_mail(MIXED + part * 10_000 + b"--b--")
    assert len(mail.attachments) == MAX_PARTS - 1
    assert len({item.name for item in mail.attachments}) == MAX_PARTS - 1
    assert f"more than {MAX_PARTS} parts: the rest is not read" in mail.warnings


def test_what_is_nested_deeper_than_the_bound_is_kept_unread():
    raw = b"end"
    for depth in range(100):
        head = f"Content-Type: multipart/mixed; boundary=b{depth}\r\n\r\n--b{depth}\r\n"
        raw = head.encode() + raw + f"\r\n--b{depth}--\r\n".encode()
    mail = parse_mail(raw)
    assert f"nested deeper than {MAX_DEPTH}: kept as one part" in mail.warnings
    assert "end" in mail.text


def test_mails_in_mails_are_opened_to_the_bound_and_kept_below_it():
    raw = b"Subject: innermost\r\n\r\nend"
    for depth in range(100):
        raw = f"Subject: {depth}\r\nContent-Type: message/rfc822\r\n\r\n".encode() + raw
    mail = parse_mail(raw)
    assert b"innermost" in mail.attachments[0].content


def test_a_megabyte_header_is_cut_and_what_follows_is_shown():
    mail = parse_mail(b"X-Long: y\r\n" * 200_000 + text(b"words"))
    assert "header of more than 5000 fields: the rest is text" in mail.warnings


def test_a_field_of_a_megabyte_costs_the_mail_nothing_else():
    mail = parse_mail(b"X-Long: " + b"y" * 1_500_000 + b"\r\nSubject: after\r\n\r\nwords")
    assert "words" in mail.text


def test_an_archive_is_never_unpacked():
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(50_000_000))
    raw = HEAD + b"Content-Type: application/zip; name=a.zip\r\n"
    mail = parse_mail(raw + b"Content-Transfer-Encoding: binary\r\n\r\n" + packed.getvalue())
    assert sum(len(item.content) for item in mail.attachments) <= len(packed.getvalue())


@pytest.mark.parametrize("count", [5_000, 30_000])
def test_thousands_of_links_open(count):
    page = b'<a href="https://x.example/%d">link</a> ' * 1
    body = b"".join(page % number for number in range(count))
    mail = parse_mail(text(body, b"text/html"))
    assert (mail.html or "").count("<a ") == min(count, 30_000)


def test_a_text_of_any_length_is_cut_where_it_says():
    mail = parse_mail(text(b"a" * 3_000_000))
    assert len(mail.text) == 2_000_000
    assert "text larger than 2 MB: cut" in mail.warnings


def test_25_mb_are_read_within_150_mb_of_memory():
    assert peak_mb() < 150
