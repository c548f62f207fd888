"""What `parley explain mail` prints of a mail."""

import hashlib
import json

import msgspec

from normalizer.mail.explain import explain_mail

RAW = (
    b"From: Mira Okafor <mira@halden.example>\r\nDate: Mon, 1 Jun 2026 10:00:00 +0000\r\n"
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\ntext\r\n'
    b"--b\r\nContent-Type: x/y; name=a.bin\r\n\r\nabc\r\n--b--"
)
FIELDS = {
    "file", "subject", "from", "sender_source", "to", "cc", "reply_to", "date", "message_id",
    "in_reply_to", "references", "text", "html", "reply_text", "quoted_text", "signature",
    "attachments", "auto_reply", "auto_reply_reason", "bounce", "language", "warnings",
}  # fmt: skip


def test_every_field_of_the_format_is_there():
    line = json.loads(msgspec.json.encode(explain_mail(RAW, "a.eml").mail))
    assert set(line) >= FIELDS
    assert line["file"] == "a.eml"
    assert line["from"] == {"name": "Mira Okafor", "address": "mira@halden.example"}
    assert line["date"] == "2026-06-01T10:00:00+00:00"
    assert line["bounce"] is None


def test_attachments_are_told_by_their_bytes():
    explanation = explain_mail(RAW, "a.eml")
    shown = explanation.mail.attachments[0]
    assert (shown.name, shown.size) == ("a.bin", 3)
    assert shown.sha256 == hashlib.sha256(b"abc").hexdigest()
    assert [item.content for item in explanation.files] == [b"abc"]
