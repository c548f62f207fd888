"""Rules 23 and 25: files and their names."""

import struct

import pytest

from normalizer.mail.attachments import safe_name, unique_names
from normalizer.mail.model import MailAttachment
from normalizer.mail.parse import parse_mail
from normalizer.mail.tnef import open_tnef


def name_of(fields: str, body: str = "x") -> str:
    head = f"{fields}\r\n" if "Content-Type" in fields else f"Content-Type: x/y\r\n{fields}\r\n"
    return parse_mail(f"{head}\r\n{body}".encode()).attachments[0].name


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ("Content-Disposition: attachment; filename=a.pdf", "a.pdf"),
        (
            "Content-Type: x/y; name=b.pdf\r\nContent-Disposition: attachment; filename=a.pdf",
            "a.pdf",
        ),
        ("Content-Type: x/y; name=b.pdf", "b.pdf"),
        ("Content-Location: https://x.example/dir/tent.gif?s=1", "tent.gif"),
        ("Content-Type: image/jpg\r\nContent-ID: <1.2@x>", "image.jpg"),
        ("Content-Type: image/gif\r\nContent-Description: A tent", "A tent.gif"),
        ("Content-ID: <1.2@x>", "1.2"),
        ("Content-Type: video/quicktime", "video.mov"),
        ("X-Nothing: at all", "file"),
    ],
)
def test_the_name_is_the_first_that_a_header_gives(fields, name):
    assert name_of(fields) == name


@pytest.mark.parametrize(
    ("subject", "name"), [("Subject: A/B tent\r\n", "A_B tent.eml"), ("", "Mail.eml")]
)
def test_a_nested_mail_is_named_after_its_subject(subject, name):
    fields = "Content-Type: message/rfc822\r\nContent-Disposition: attachment"
    assert name_of(fields, f"{subject}\r\nx") == name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\mira\\tent.pdf", "tent.pdf"),
        ("a\x00b\r\n.txt", "a_b .txt"),
        ("tent\u202efdp.exe", "tentfdp.exe"),
        ('a<b>:"|?*.txt', "a_b______.txt"),
        ("..", ""),
        ("", ""),
        ("x" * 500 + ".pdf", "x" * 176 + ".pdf"),
    ],
)
def test_a_name_is_only_a_name(name, safe):
    assert safe_name(name) == safe


def test_names_are_made_unique_without_regard_to_case():
    files = [
        MailAttachment(name=name, media_type="x/y", content=b"")
        for name in ("image.jpg", "Image.jpg", "image.jpg", "notes", "notes")
    ]
    assert [item.name for item in unique_names(files)] == [
        "image.jpg",
        "Image1.jpg",
        "image2.jpg",
        "notes",
        "notes1",
    ]


def tnef_object(level: int, name: int, kind: int, data: bytes) -> bytes:
    check = struct.pack("<H", sum(data) & 0xFFFF)
    return struct.pack("<BHHI", level, name, kind, len(data)) + data + check


WINMAIL = (
    b"\x78\x9f\x3e\x22\x01\x00"
    + tnef_object(1, 0x9006, 8, struct.pack("<I", 0x10000))
    + tnef_object(2, 0x9002, 6, b"\x01\x00" + b"\x00" * 12)
    + tnef_object(2, 0x8010, 1, b"tent.txt\x00")
    + tnef_object(2, 0x800F, 6, b"two poles")
)


def test_winmail_dat_gives_way_to_what_it_holds():
    head = b"Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\n"
    mail = parse_mail(head + WINMAIL)
    assert [(item.name, item.content) for item in mail.attachments] == [("tent.txt", b"two poles")]
    assert "winmail.dat opened" in mail.warnings


def test_a_winmail_dat_that_cannot_be_read_stays_a_file():
    broken = b"\x78\x9f\x3e\x22\x01\x00" + tnef_object(2, 0x9005, 6, b"\xff" * 40)
    assert open_tnef(broken) is None
    mail = parse_mail(b"Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\n" + broken)
    assert [item.name for item in mail.attachments] == ["winmail.dat"]
