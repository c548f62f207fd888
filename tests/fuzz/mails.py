"""Mails as hypothesis makes them: from any bytes to well-formed ones whose content is known."""

from email.message import EmailMessage
from email.policy import SMTP

from hypothesis import strategies as st

_FIELDS = st.sampled_from(
    ["From", "To", "Cc", "Reply-To", "Sender", "Return-Path", "Subject", "Date", "Message-ID",
     "In-Reply-To", "References", "Content-Type", "Content-Disposition", "Content-ID",
     "Content-Transfer-Encoding", "Auto-Submitted", "X-Failed-Recipients", "MIME-Version"]
)  # fmt: skip
_VALUES = st.sampled_from(
    [b"a@b.c", b"<>", b'"x" <a@b.c>', b"=?utf-8?B?w6Q=?=", b"=?x?Q?=FF?=", b"<a@b> <c@d", b"1.0",
     b"Mon, 1 Jun 2026 10:00:00 +0000", b"text/html; charset=x-sjis",
     b"multipart/mixed; boundary=b",
     b"multipart/report; report-type=delivery-status; boundary=b",
     b"multipart/alternative;boundary",
     b"message/rfc822", b"message/delivery-status", b"text/calendar", b"application/ms-tnef",
     b"attachment; filename*0*=utf-8''%E2; filename*1=x", b'inline; filename="=?utf-8?Q?a/b?="',
     b"base64", b"quoted-printable", b"x-uuencode", b"8bit", b"auto-replied", b"Undeliverable: x"]
)  # fmt: skip
_PIECES = st.sampled_from(
    [b"--b\r\n", b"--b--\r\n", b"\r\n", b"\n", b"\r", b"\r\n\r\n", b"\x00", b"\x1b$B", b"=\r\n",
     b"begin 644 a\r\nM\r\nend\r\n", b"From: a@b.c\r\nSent: x\r\nTo: y\r\nSubject: z\r\n",
     b"> a\r\n",
     b"On 1 Jan 2026 x wrote:\r\n", b"-- \r\n", b"<div class=gmail_quote>", b"<blockquote>",
     b"</p>",
     b"<img src=cid:x>", b"<!--", b"&#x0;", b"-----BEGIN PGP SIGNED MESSAGE-----\r\n", b"w6Q=",
     b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", b"Final-Recipient: rfc822;a@b.c\r\nAction: failed\r\n",
     b"\x78\x9f\x3e\x22", b"550 5.1.1 user unknown <a@b.c>\r\n"]
)  # fmt: skip

_junk = st.binary(max_size=40)
_value = st.one_of(_VALUES, _junk, st.builds(bytes.__add__, _VALUES, _junk))


def _field(name: str, value: bytes) -> bytes:
    return name.encode() + b": " + value + b"\r\n"


_fields = st.lists(st.builds(_field, _FIELDS, _value), max_size=12).map(b"".join)
_body = st.lists(st.one_of(_PIECES, _junk, _fields), max_size=20).map(b"".join)
# Mails that are wrong in every way that a generator of such pieces finds.
broken = st.one_of(
    st.binary(max_size=2000),
    st.builds(lambda head, body: head + b"\r\n" + body, _fields, _body),
)

_words = st.text(
    st.characters(blacklist_categories=["Cs", "Cc", "Cn", "Co"]), min_size=1, max_size=60
)
_name = st.text(st.characters(whitelist_categories=["L", "N"]), min_size=1, max_size=20)
_file = st.tuples(_name, st.binary(max_size=3000))


def composed(subject: str, text: str, html: str, files: list[tuple[str, bytes]]) -> bytes:
    """One part, an alternative or a mixed mail, as its arguments ask."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = "Ana <ana@x.example>"
    mail["To"] = "support@halden.example"
    mail["Subject"] = subject
    mail.set_content(text)
    if html:
        mail.add_alternative(f"<p>{html}</p>", subtype="html")
    for name, content in files:
        mail.add_attachment(
            content, maintype="application", subtype="octet-stream", filename=f"{name}.bin"
        )
    return mail.as_bytes()


# Mails whose content is known; `composed` writes them as the standard library does.
sound = st.tuples(_words, _words, st.one_of(st.just(""), _name), st.lists(_file, max_size=5))

_lines = st.sampled_from(
    ["Size L.", "", "> Which size?", "> > Both", "On Mon, 1 Jun 2026 Mira wrote:", "-- ", "J. Kim",
     "From: Mira <m@x.example>", "Sent: Monday", "To: J", "Subject: Tent",
     "________________________",
     "Sent from my iPhone", "---------- Forwarded message ---------", "Am 01.06.26 schrieb Mira:",
     "See my answers below.", "写道：", "2026/6/1 Mira <m@x.example>:",
     "-----Original Message-----"]
)  # fmt: skip
texts = st.lists(st.one_of(_lines, _words), max_size=30).map("\n".join)

_tags = st.sampled_from(
    ["<p>", "</p>", "<div class='gmail_quote'>", "</div>", "<img src=x onerror=alert(1)>", "<svg>",
     "<a href='java&#09;script:alert(1)'>", "</a>", "<style>@import 'x'</style>", "<math><mi>",
     "<b/",
     "<script>alert(1)</script>", "<iframe srcdoc='<script>alert(1)</script>'>", "<!--", "-->",
     "<table><td>", "<a href='data:text/html,alert(1)'>", "<form action=x>", "<noscript>",
     "<x y=z>",
     "<img src='//x/?\"onload=alert(1)'>", "<template>", "<base href=//x>", "<![CDATA[", "]]>",
     "&lt;",
     "<img src=\"cid:a\" style='background:url(//x)'>", "<title>", "</title>", "<textarea>"]
)  # fmt: skip
pages = st.lists(st.one_of(_tags, st.text(max_size=20)), max_size=25).map("".join)
