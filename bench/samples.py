"""What is sent in a benchmark: the same bytes on every machine, but for a serial number."""

import base64
import hashlib
import json
import textwrap

_VOCABULARY = """
stove valve canister tent pole sleeve order receipt warranty exchange size jacket zip repair
delivery address invoice refund label parcel customs Bolzano Friday morning please thank
"""
_COMMON = tuple(_VOCABULARY.split())
_SYLLABLES = tuple(["ka", "lo", "mi", "ren", "tas", "vel", "dor", "sin", "pu", "gra"])


def _word(dice: int) -> str:
    """Half of all words are common; the rest are spread over a thousand, as in real letters."""
    if dice & 1:
        return _COMMON[dice // 2 % len(_COMMON)]
    return "".join(_SYLLABLES[dice // place % 10] for place in (2, 20, 200))


def words(seed: int, count: int) -> str:
    """``count`` words, wrapped at 72 columns, that depend on nothing but ``seed``."""
    dice = hashlib.shake_256(b"%d" % seed).digest(2 * count)
    picks = (_word(int.from_bytes(dice[at : at + 2])) for at in range(0, 2 * count, 2))
    return textwrap.fill(" ".join(picks), 72).replace("\n", "\r\n")


def webhook(serial: int, threads: int) -> bytes:
    """About 600 bytes of the api channel's JSON."""
    return json.dumps(
        {
            "id": f"bench-{serial}",
            "thread": f"thread-{serial % threads}",
            "sender": {"id": f"visitor-{serial % threads}", "name": f"Visitor {serial % threads}"},
            "text": words(serial, 70).replace("\r\n", " "),
        }
    ).encode()


def _mail(serial: int, to: str, subject: str, extra: str, body: str) -> bytes:
    return (
        f"Return-Path: <customer{serial}@posta.example>\r\n"
        f"Received: from mx.posta.example (mx.posta.example [192.0.2.7]) by in.halden.example;"
        f" Fri, 20 Nov 2026 09:38:00 +0000\r\n"
        f"From: Customer {serial} <customer{serial}@posta.example>\r\n"
        f"To: Halden support <{to}>\r\n"
        f"Subject: {subject}\r\n"
        f"Date: Fri, 20 Nov 2026 09:38:00 +0000\r\n"
        f"Message-ID: <bench-{serial}@posta.example>\r\n"
        f"{extra}"
        f"MIME-Version: 1.0\r\n"
        f"{body}"
    ).encode()


def _attachment(serial: int, size: int) -> str:
    raw = hashlib.shake_256(b"%d" % serial).digest(size)
    return base64.encodebytes(raw).decode().replace("\n", "\r\n")


def new_mail(serial: int, to: str) -> bytes:
    """About 34 kB: text, HTML and one attachment of 18 kB that no other mail has."""
    text = words(serial, 550)
    html = "".join(f"<p>{line}</p>\r\n" for line in text.split("\r\n"))
    body = (
        'Content-Type: multipart/mixed; boundary="m"\r\n\r\n'
        '--m\r\nContent-Type: multipart/alternative; boundary="a"\r\n\r\n'
        f"--a\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
        f"--a\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><body>{html}</body></html>\r\n"
        "--a--\r\n"
        '--m\r\nContent-Type: image/jpeg; name="IMG_2231.jpg"\r\n'
        'Content-Disposition: attachment; filename="IMG_2231.jpg"\r\n'
        f"Content-Transfer-Encoding: base64\r\n\r\n{_attachment(serial, 18_000)}--m--\r\n"
    )
    return _mail(serial, to, f"Valve leaking, order {90_000 + serial}", "", body)


def reply(serial: int, to: str, parent: str) -> bytes:
    """About 4 kB of plain text with a quoted past, in reply to Message-ID ``parent``."""
    quoted = "".join(f"> {line}\r\n" for line in words(serial + 7, 330).split("\r\n"))
    body = (
        "Content-Type: text/plain; charset=utf-8\r\n\r\n"
        f"{words(serial, 120)}\r\n\r\nOn Fri, 20 Nov 2026 at 09:00, Halden wrote:\r\n{quoted}"
    )
    extra = f"In-Reply-To: <{parent}>\r\nReferences: <{parent}>\r\n"
    return _mail(serial, to, "Re: Valve leaking", extra, body)
