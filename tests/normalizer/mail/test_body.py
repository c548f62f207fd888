"""Rules 9, 17 to 19, 22 and 24 to 28: what a reader sees."""

import base64

import pytest

from normalizer.mail.parse import parse_mail


def part(content_type: str, body: bytes, *fields: str) -> bytes:
    head = "".join(f"{field}\r\n" for field in (f"Content-Type: {content_type}", *fields))
    return head.encode() + b"\r\n" + body


def multi(kind: str, *parts: bytes, boundary: str = "B") -> bytes:
    mark = b"--" + boundary.encode()
    inner = b"".join(mark + b"\r\n" + item + b"\r\n" for item in parts)
    return part(f'multipart/{kind}; boundary="{boundary}"', inner + mark + b"--\r\n")


PLAIN = part("text/plain", b"plain words")
HTML = part("text/html", b'<p>html <b>words</b></p><img src="cid:Logo@X">')
LOGO = part("image/png", b"PNG", "Content-ID: <logo@x>", "Content-Disposition: inline")
PDF = part("application/pdf; name=a.pdf", b"PDF", "Content-Disposition: attachment")


def test_html_is_preferred_and_text_is_always_there():
    mail = parse_mail(multi("alternative", PLAIN, HTML))
    assert mail.text == "html words"
    assert mail.html is not None
    assert mail.attachments == ()


def test_alternative_inside_related_inside_mixed():
    related = multi("related", multi("alternative", PLAIN, HTML, boundary="C"), LOGO, boundary="D")
    mail = parse_mail(multi("mixed", related, PDF))
    assert mail.text == "html words"
    assert [(item.name, item.inline) for item in mail.attachments] == [
        ("image.png", True),
        ("a.pdf", False),
    ]


@pytest.mark.parametrize(
    "source", ["cid:Logo@X", "cid:logo%40x", "CID:&lt;LOGO@x&gt;", "cid:%3Clogo@x%3E"]
)
def test_a_cid_is_spelt_as_its_part_spells_it(source):
    page = part("text/html", f'<p>words</p><img src="{source}">'.encode())
    mail = parse_mail(multi("related", page, LOGO))
    assert mail.attachments[0].inline
    assert 'src="cid:logo@x"' in (mail.html or "")


def test_a_cid_of_no_part_shows_nothing():
    logo = part("image/png", b"PNG", "Content-ID: <logo@x>")
    mail = parse_mail(multi("related", HTML.replace(b"Logo", b"other"), logo))
    assert not mail.attachments[0].inline


def test_an_image_that_the_page_shows_is_not_shown_again_where_it_stands():
    page = part("text/html", b'<img src="cid:LOGO%40x">')
    html = parse_mail(multi("mixed", page, LOGO)).html or ""
    assert html.count("<img") == 1


def test_text_after_the_html_is_not_lost():
    footer = part("text/plain", b"footer of a list")
    mail = parse_mail(multi("mixed", HTML, footer))
    assert mail.text.split("\n")[-1] == "footer of a list"
    assert "footer of a list" in (mail.html or "")


def test_an_image_between_texts_is_shown_where_it_stands():
    mail = parse_mail(
        multi("mixed", part("text/html", b"<p>a</p>"), LOGO, part("text/html", b"<p>z</p>"))
    )
    html = mail.html or ""
    assert html.index("a</p>") < html.index("cid:logo@x") < html.index("z</p>")
    assert mail.attachments[0].inline


def test_a_related_root_is_found_by_start():
    root = part("text/html", b"root", "Content-ID: <r>")
    raw = multi('related; start="<r>"', part("text/plain; name=x.txt", b"not root"), root)
    assert parse_mail(raw).text == "root"


def test_plain_alternatives_that_differ_are_both_shown():
    mail = parse_mail(multi("alternative", PLAIN, part("text/plain", b"other words")))
    assert mail.text == "plain words\nother words"


def test_an_empty_html_alternative_gives_way_to_the_text():
    mail = parse_mail(multi("alternative", PLAIN, part("text/html", b"<div><br></div>")))
    assert (mail.text, mail.html) == ("plain words", None)


def test_html_that_says_less_than_the_text_does_not_hide_it():
    words = b"please send the invoice for the blue tent and both sleeping bags to our new office"
    mail = parse_mail(
        multi("alternative", part("text/plain", words), part("text/html", b"<p>see text</p>"))
    )
    assert "sleeping bags" in mail.text
    assert "sleeping bags" in (mail.html or "")


def test_an_empty_body_is_empty():
    mail = parse_mail(b"Subject: s\r\nContent-Type: text/plain\r\n\r\n")
    assert (mail.text, mail.html, mail.reply_text) == ("", None, "")


def test_nested_mails_and_reports_are_kept_as_files():
    inner = b"Subject: The tent\r\n\r\ninner words"
    mail = parse_mail(
        multi(
            "mixed",
            PLAIN,
            part("message/rfc822", inner, "Content-Disposition: attachment"),
            part("message/delivery-status", b"Action: failed"),
        )
    )
    assert [item.name for item in mail.attachments] == ["The tent.eml", "delivery-status.txt"]
    assert mail.text == "plain words"


def test_a_mail_forwarded_inline_is_shown_and_kept_with_its_files():
    inner = b"Subject: The tent\r\nFrom: lena@halden.example\r\n" + multi(
        "mixed", PLAIN, PDF, boundary="I"
    )
    mail = parse_mail(
        multi("mixed", part("text/plain", b"see below"), part("message/rfc822", inner))
    )
    assert "see below" in mail.text
    assert "plain words" in mail.text
    assert [item.name for item in mail.attachments] == ["The tent.eml", "a.pdf"]


def test_base64_damage():
    good = base64.b64encode(b"hello world!")
    two = base64.b64encode(b"ab") + b"\r\n" + base64.b64encode(b"cd")
    for body, text in [
        (good, "hello world!"),
        (good.replace(b"b", b"b\r\n!", 1), "hello world!"),
        (base64.b64encode(b"hello").rstrip(b"="), "hello"),
        (two, "abcd"),
        (b"This text was never encoded at all", "This text was never encoded at all"),
    ]:
        raw = part("text/plain", body, "Content-Transfer-Encoding: BASE64 ")
        assert parse_mail(raw).text.strip() == text


def test_an_unknown_transfer_encoding_leaves_the_body_as_it_is():
    raw = part("text/plain", b"as it is =41", "Content-Transfer-Encoding: x-gzip64")
    assert parse_mail(raw).text == "as it is =41"


def test_uuencoded_files_are_taken_out_of_text_and_parts():
    block = b"begin 644 a.txt\r\n#8V%T\r\n`\r\nend\r\n"
    mail = parse_mail(part("text/plain", b"see:\r\n" + block))
    assert [(item.name, item.content) for item in mail.attachments] == [("a.txt", b"cat")]
    assert mail.reply_text == "see:"
    coded = part("application/x; name=a.txt", block, "Content-Transfer-Encoding: x-uuencode")
    assert parse_mail(coded).attachments[0].content == b"cat"


def test_nul_bytes_and_utf16_parts_are_text():
    assert parse_mail(part("text/plain", b"a\x00b")).text == "ab"
    raw = part("text/plain; charset=utf-16", "Zelt äöü".encode("utf-16"))
    assert parse_mail(raw).text == "Zelt äöü"


def test_the_page_says_its_charset_when_the_part_does_not():
    page = '<meta http-equiv="Content-Type" content="text/html; charset=koi8-r"><p>привет</p>'
    assert parse_mail(part("text/html", page.encode("koi8-r"))).text == "привет"


def test_signatures_and_encryption_are_labelled_and_stay_files():
    signature = part("application/pgp-signature; name=signature.asc", b"-----BEGIN PGP")
    mail = parse_mail(multi("signed", PLAIN, signature))
    assert (mail.security, mail.text) == (("pgp-signed",), "plain words")
    sealed = parse_mail(part("application/pkcs7-mime; name=smime.p7m", b"0\x80"))
    assert (sealed.security, sealed.text) == (("smime-encrypted",), "")


SIGNED = """-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA512

- -- dashed
Size L.
-----BEGIN PGP SIGNATURE-----

iQEzBAEBCgAdFiEE
=abcd
-----END PGP SIGNATURE-----
"""


def test_armour_inside_text_is_labelled_and_not_read_aloud():
    mail = parse_mail(part("text/plain", SIGNED.encode()))
    assert mail.security == ("pgp-signed",)
    assert mail.reply_text == "-- dashed\nSize L."
    assert "PGP SIGNATURE" in mail.text
    sealed = b"-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----"
    read = parse_mail(part("text/plain", b"Hello\n" + sealed + b"\nAda\n"))
    assert read.security == ("pgp-encrypted",)
    assert read.text == "Hello\nAda\n"
    (kept,) = read.attachments
    assert (kept.name, kept.content.strip()) == ("encrypted.asc", sealed)


def test_a_wrong_charset_is_warned_of():
    mail = parse_mail(part("text/plain; charset=us-ascii", "Grüße".encode()))
    assert (mail.text, mail.warnings) == ("Grüße", ("charset wrong or unknown: guessed",))
    assert parse_mail(part("text/plain; charset=utf-8", "Grüße".encode())).warnings == ()


def test_an_invitation_is_kept_as_a_file_beside_the_text():
    invite = part("text/calendar; method=REQUEST", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR")
    mail = parse_mail(multi("alternative", PLAIN, HTML, invite))
    assert [(item.name, item.media_type) for item in mail.attachments] == [
        ("invite.ics", "text/calendar")
    ]


@pytest.mark.parametrize("name", ["a.txt", "=?utf-8?Q?a.txt?="])
def test_a_named_text_part_is_a_file_and_the_only_part_is_the_text(name):
    named = part(f'text/plain; name="{name}"', b"file")
    assert [item.name for item in parse_mail(multi("mixed", PLAIN, named)).attachments] == ["a.txt"]
    assert parse_mail(named).text == "file"
