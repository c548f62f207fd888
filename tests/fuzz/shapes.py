"""Mails that ask for more than they are worth: each about a megabyte of one trick.

Every one of them is a shape in which some reader of mails was found to take minutes, or which one
of our own patterns would have to try again and again.
"""

import base64

N = 1_000_000
HEAD = b"From: a@b.c\r\nTo: d@e.f\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"


def text(body: bytes, kind: bytes = b"text/plain; charset=utf-8") -> bytes:
    """One part."""
    return HEAD + b"Content-Type: " + kind + b"\r\n\r\n" + body


def html(body: bytes) -> bytes:
    """One page."""
    return text(body, b"text/html; charset=utf-8")


def nested(depth: int, most: int) -> bytes:
    """Mails in mails in base64, up to ``most`` bytes."""
    raw = b"leaf"
    for _ in range(depth):
        if len(raw) > most:
            break
        head = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        raw = head + base64.encodebytes(raw)
    return raw


SHAPES = {
    "gt lines": text(b"> a\r\n" * 300000),
    "gt deep": text(b">" * N),
    "colon lines": text(b"a:\r\n" * 250000),
    "from labels": text(b"From: a\r\n" * 120000),
    "from/to labels": text(b"To: a\r\nFrom b\r\n" * 60000),
    "to table": text(b"To\r\n" * 250000),
    "dated": text(b"1.1.2026 10:00 <a@b.c>\r\n" * 40000),
    "digits colon": text((b"1" * 390 + b":\r\n") * 2500),
    "long wrote": text((b"On 1 " * 70 + b"wrote:\r\n") * 3000),
    "dashes": text(b"---- a ----\r\n" * 80000),
    "dash long": text(b"-" * 399 + b"\r\n"),
    "dash lines": text((b"-" * 399 + b"\r\n") * 2500),
    "dash spaced": text((b"- " * 199 + b"\r\n") * 2500),
    "hash": text((b"#" * 200 + b"\r\n") * 5000),
    "sent from": text((b"Sent from " * 13 + b"x\r\n") * 7000),
    "iphone": text((b"iphone " * 19 + b"\r\n") * 7000),
    "below": text(
        (b"see a b c d e f g below x " * 10 + b"\r\n") * 4000 + b"On 1 Jan 2026 x wrote:\r\n> a\r\n"
    ),
    "answers": text(
        (b"answers a a a " * 20 + b"below\r\n") * 4000 + b"On 1 Jan 2026 x wrote:\r\n> a\r\n"
    ),
    "above": text((b"reply above " * 30 + b"\r\n") * 3000),
    "over": text((b"reply over the over the" * 16 + b"\r\n") * 3000),
    "notes": text((b"a ---1.1.26 " * 30 + b"\r\n") * 3000),
    "uu": text(b"begin 644 a\r\n" + b"M" * 60 + b"\r\n" * N),
    "uu many": text(b"begin 644 a\r\n" * 80000),
    "pgp": text(b"-----BEGIN PGP SIGNED MESSAGE-----\n" * 30000),
    "pgp sig": text(
        b"-----BEGIN PGP SIGNED MESSAGE-----\n\n" + b"-----BEGIN PGP SIGNATURE-----\n" * 30000
    ),
    "html b": html(b"<b>" * N),
    "html div": html(b"<div>" * 200000),
    "html a": html(b'<a href="http://x.example/">x</a>' * 5000),
    "html many a": html(b'<a href="http://x.example/">x</a>' * 30000),
    "html lt": html(b"<" * N),
    "html amp": html(b"&" * N),
    "html amp;": html(b"&amp;" * 200000),
    "html quote attr": html(b'<a title="' * 100000),
    "html style": html(b'<p style="' + b"color:red;" * 100000 + b'">x</p>'),
    "html styles": html(b'<p style="color:red;margin:1px">x</p>' * 25000),
    "html img": html(b'<img src="http://x/">' * 50000),
    "html cid": html(b'<img src="cid:x">' * 50000),
    "html table": html(b"<table><tr><td>" * 20000),
    "html bq": html(b"<blockquote>" * 100000),
    "html comments": html(b"<!--" * 250000),
    "html cond": html(b"<!--[if x]>" * 90000),
    "html formatting": html(b"<b><i><u><font>" * 10000 + b"<p>" * 10000),
    "html pre": html(b"<pre>" + b"a\n" * 400000),
    "html br": html(b"a<br>" * 59000),
    "html svg": html(b"<svg><p>" * 30000),
    "html title": html(b"<title>" * 100000),
    "html meta": html(b"<meta " * 100000),
    "html select": html(b"<select><option>" * 20000),
    "html template": html(b"<template>" * 30000),
    "html ang": html(b"&lang;" * 99000),
    "html class": html(b'<div class="gmail_quote">' * 20000),
    "html quoted text": html(b'<div class="gmail_quote">x</div>' * 20000),
    "hdr one": b"X: " + b"a" * N + b"\r\n" + text(b"x"),
    "hdr fold": b"X:\r\n" + b" a\r\n" * 250000 + text(b"x"),
    "hdr ws fold": b"X:\r\n" + b" \r\n" * 250000 + text(b"x"),
    "hdr many": b"X: a\r\n" * 160000 + text(b"x"),
    "hdr stray": b"X-a: a\r\n" + b"zz\r\n" * 200000 + b"\r\nbody",
    "hdr lost": (b"X-a: a\r\nz\r\nz\r\nz\r\nz\r\n" * 40000) + b"\r\nbody",
    "hdr tab": b"Received: " + b"\t" * N + b"\r\n" + text(b"x"),
    "to many": b"To: " + b"a@b.c, " * 140000 + b"\r\n" + text(b"x"),
    "to open q": b"To: " + b'"' * N + b"\r\n" + text(b"x"),
    "to esc": b'To: "' + b"\\" * N + b"\r\n" + text(b"x"),
    "to paren": b"To: " + b"(" * N + b"\r\n" + text(b"x"),
    "to angle": b"To: " + b"<" * N + b"\r\n" + text(b"x"),
    "to eq": b"To: " + b"=?" * 500000 + b"\r\n" + text(b"x"),
    "to at": b"From: " + b"@" * N + b"\r\n" + text(b"x"),
    "to a.a": b"From: " + b"a." * 500000 + b"\r\n" + text(b"x"),
    "subj words": b"Subject: " + b"=?utf-8?q?a?= " * 70000 + b"\r\n" + text(b"x"),
    "subj open": b"Subject: " + b"=?utf-8?q?a" * 90000 + b"\r\n" + text(b"x"),
    "subj ?": b"Subject: =?utf-8?q?" + b"?" * N + b"\r\n" + text(b"x"),
    "subj ?=": b"Subject: =?utf-8?q?" + b"?=41" * 250000 + b"\r\n" + text(b"x"),
    "subj b64": b"Subject: =?utf-8?b?" + b"A" * N + b"?=\r\n" + text(b"x"),
    "subj 8bit": b"Subject: " + b"\xe9\xe8" * 500000 + b"\r\n" + text(b"x"),
    "refs": b"References: " + b"<a@b> " * 160000 + b"\r\n" + text(b"x"),
    "refs open": b"References: " + b"<" * N + b"\r\n" + text(b"x"),
    "refs noclose": b"References: " + b"<a@" * 330000 + b"\r\n" + text(b"x"),
    "refs bare": b"References: " + b"a@b," * 250000 + b"\r\n" + text(b"x"),
    "refs a": b"References: " + b"a" * N + b"\r\n" + text(b"x"),
    "date": b"Date: " + b"1 " * 500000 + b"\r\n" + text(b"x"),
    "date2": b"Date: " + b"(" * N + b"\r\n" + text(b"x"),
    "ar": b"Authentication-Results: " + b"a=b; " * 200000 + b"\r\n" + text(b"x"),
    "ct params": HEAD + b"Content-Type: text/plain" + b"; a=b" * 200000 + b"\r\n\r\nx",
    "ct cont": HEAD
    + b"Content-Type: text/plain"
    + b"".join(b"; name*%d=a" % i for i in range(80000))
    + b"\r\n\r\nx",
    "ct quote": HEAD + b'Content-Type: text/plain; name="' + b'"' * N + b"\r\n\r\nx",
    "ct bs": HEAD + b'Content-Type: text/plain; name="' + b"\\" * N + b"\r\n\r\nx",
    "ct semi": HEAD + b"Content-Type: text/plain" + b";" * N + b"\r\n\r\nx",
    "ct semi ws": HEAD + b"Content-Type: text/plain" + b"; " * 500000 + b"\r\n\r\nx",
    "parts": HEAD
    + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    + b"--b\r\n\r\nx\r\n" * 10000
    + b"--b--",
    "parts ct": HEAD
    + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    + b"--b\r\nContent-Type: text/plain; name=a.txt\r\n\r\nx\r\n" * 10000
    + b"--b--",
    "same names": HEAD
    + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    + b"--b\r\nContent-Type: image/png; name=a.png\r\n\r\nx\r\n" * 999
    + b"--b--",
    "boundaries": HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--bx" * 250000,
    "boundary -": HEAD + b"Content-Type: multipart/mixed; boundary=-\r\n\r\n" + b"-" * N,
    "boundary lines": HEAD
    + b'Content-Type: multipart/mixed; boundary="-"\r\n\r\n'
    + b"---\r\n" * 200000,
    "noboundary": HEAD + b"Content-Type: multipart/mixed\r\n\r\n" + b"--abc\r\n" * 150000,
    "noboundary ws": HEAD + b"Content-Type: multipart/mixed\r\n\r\n" + b"--a" + b" " * N,
    "noboundary ws2": HEAD
    + b"Content-Type: multipart/mixed\r\n\r\n"
    + (b"--a" + b" " * 240 + b"\n") * 4000,
    "b64": HEAD
    + b"Content-Type: application/x; name=a\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    + b"=" * N,
    "b64 pads": HEAD
    + b"Content-Type: application/x; name=a\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    + b"QQ==\r\n" * 200000,
    "qp": HEAD
    + b"Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    + b"=\r\n" * 300000,
    "qp eq": HEAD
    + b"Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    + b"=" * N,
    "utf7": HEAD + b"Content-Type: text/plain; charset=utf-7\r\n\r\n" + b"+AGE-" * 200000,
    "2022": HEAD
    + b"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n"
    + b"\x1b$B\x1b(B" * 150000,
    "8bit": HEAD + b"Content-Type: text/plain\r\n\r\n" + bytes(range(128, 256)) * 8000,
    "ical": HEAD + b"Content-Type: text/calendar\r\n\r\n" + b"BEGIN:VEVENT\r\n" * 70000,
    "ical fold": HEAD
    + b"Content-Type: text/calendar\r\n\r\nBEGIN:VEVENT\r\nSUMMARY:a\r\n"
    + b" a\r\n" * 200000,
    "dsn": HEAD
    + b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
    + b"--b\r\nContent-Type: message/delivery-status\r\n\r\n"
    + b"Final-Recipient: rfc822; a@b.c\r\nAction: failed\r\n\r\n" * 20000
    + b"\r\n--b--",
    "bounce text": b"From: mailer-daemon@x\r\nSubject: Undelivered\r\n\r\n"
    + b"could not be delivered <a@b.c>: \r\n" * 30000,
    "bounce sp": b"From: mailer-daemon@x\r\nSubject: Undelivered\r\n\r\nfailed " + b" " * N,
    "bounce a@": b"From: mailer-daemon@x\r\nSubject: Undelivered\r\n\r\nfailed " + b"a@" * 500000,
    "bounce lines": b"From: mailer-daemon@x\r\nSubject: Undelivered\r\n\r\n"
    + b"your message " * 80000,
    "nested": (b"Content-Type: message/rfc822\r\n\r\n" * 5000) + b"x",
    "nested mp": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (i, i)
        for i in range(3000)
    )
    + b"x",
    "nested same b": (b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" * 3000) + b"x",
    "cr only": text(b"x").replace(b"\r\n", b"\r") + b"\r" * N,
    "crs": text(b"\r" * N),
    "nl": text(b"\n" * N),
    "nul": text(b"\x00" * N),
    "spaces": text(b" " * N + b"\n"),
    "spaces lines": text((b" " * 400 + b"\r\n") * 2500),
    "sp html": html(b" " * N),
    "sp html x": html((b" " * 2000 + b"x") * 500),
    "one long": text(b"a" * 2 * N),
    "langs": text("див ".encode() * 200000),
}
SHAPES["encoded nest"] = nested(60, 3_000_000)
