"""What a whole mail becomes."""

from normalizer.mail.parse import parse_mail

MAIL = (
    b"From: =?utf-8?Q?J=C3=BCrgen?= <jk@example.org>\r\n"
    b"To: support@halden.example\r\n"
    b"Subject: Zelt\r\n"
    b"Date: Mon, 1 Jun 2026 10:00:00 +0200\r\n"
    b"Message-ID: <1@example.org>\r\n"
    b"References: <a@halden.example> <b@halden.example>\r\n"
    b'Content-Type: multipart/mixed; boundary="x"\r\n'
    b"\r\n"
    b"--x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    b"<p>Hallo <script>alert(1)</script><img src='https://t.example/p.gif'></p>\r\n"
    b"--x\r\nContent-Type: image/png; name=zelt.png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    b"iVBORw0=\r\n--x--\r\n"
)


def test_a_mail_is_read_whole():
    mail = parse_mail(MAIL)
    assert (mail.sender.name, mail.sender.address) == ("Jürgen", "jk@example.org")
    assert mail.references == ("<a@halden.example>", "<b@halden.example>")
    assert mail.date is not None
    assert mail.date.isoformat() == "2026-06-01T08:00:00+00:00"
    assert mail.text == "Hallo"
    assert [(item.name, item.content[:4]) for item in mail.attachments] == [
        ("zelt.png", b"\x89PNG")
    ]
    assert mail.warnings == ()


def test_scripts_go_and_remote_images_wait():
    mail = parse_mail(MAIL)
    assert mail.html is not None
    assert "script" not in mail.html
    assert 'data-remote-src="https://t.example/p.gif"' in mail.html
    assert mail.remote_content


def test_nothing_at_all_is_a_mail():
    mail = parse_mail(b"")
    assert mail.text == ""
    assert mail.message_id_generated
    assert mail.message_id == parse_mail(b"").message_id
