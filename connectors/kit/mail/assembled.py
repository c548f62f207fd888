"""A mail that a provider has taken apart, put together again as RFC 5322 bytes.

So it is read by the same code as any other mail: threading, robots, bounces, quotes, sanitising.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from email.parser import HeaderParser

import msgspec

from connectors.kit.mail.words import clean, parameter

Headers = Iterable[tuple[str, str]]

# Those of the parts: they are made anew. (RFC 2045)
_MADE_HERE = frozenset(
    {"content-type", "content-transfer-encoding", "content-disposition", "mime-version"}
)


class MailFile(msgspec.Struct, frozen=True, kw_only=True):
    """One attachment, decoded."""

    name: str
    media_type: str
    content: bytes
    content_id: str = ""


class MailFields(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider says of one mail.

    ``headers`` as they stood in the mail, in order. ``mail_from`` is the envelope's sender: "" of
    a bounce, None where the provider does not tell it. ``rcpt_to`` may carry a reply token.
    """

    headers: tuple[tuple[str, str], ...]
    text: str | None = None
    html: str | None = None
    files: tuple[MailFile, ...] = ()
    mail_from: str | None = None
    rcpt_to: tuple[str, ...] = ()


def assemble(fields: MailFields) -> bytes:
    """The whole mail; the same fields give the same bytes."""
    head = b"".join(
        _line(name, value)
        for name, value in fields.headers
        if name.strip().lower() not in _MADE_HERE
    )
    return (
        delivered(fields.mail_from, fields.rcpt_to)
        + head
        + _line("MIME-Version", "1.0")
        + _mixed(fields)
    )


def delivered(mail_from: str | None, rcpt_to: Iterable[str]) -> bytes:
    """What a final delivery puts before a mail (RFC 5321 section 4.4), as far as it is known."""
    lines = [] if mail_from is None else [("Return-Path", f"<{mail_from.strip('<> ')}>")]
    lines += [("Delivered-To", address.strip("<> ")) for address in rcpt_to if address.strip()]
    return b"".join(_line(name, value) for name, value in lines)


def with_missing(headers: Headers, spare: Mapping[str, str | None]) -> tuple[tuple[str, str], ...]:
    """``headers``, and those of ``spare`` that they lack: providers move some into own fields."""
    found = tuple(headers)
    names = {name.strip().lower() for name, _ in found}
    more = ((name, value) for name, value in spare.items() if value and name.lower() not in names)
    return (*found, *more)


def several(headers: Mapping[str, str | list[str] | None]) -> Iterator[tuple[str, str]]:
    """An object of headers in which a repeated one is a list."""
    for name, values in headers.items():
        for value in values if isinstance(values, list) else [values]:
            if value is not None:
                yield name, value


def header_lines(block: str) -> tuple[tuple[str, str], ...]:
    """A block of raw headers as pairs, in order."""
    parsed = HeaderParser().parsestr(block.strip("\r\n") + "\n\n")
    return tuple((name, str(value)) for name, value in parsed.items())


def _line(name: str, value: str) -> bytes:
    """One header: folding undone, 8-bit as it is (the reader repairs it)."""
    bare = "".join(c for c in name if c.isascii() and c.isprintable() and c not in ": ")
    if not bare:
        return b""
    return f"{bare}: {clean(value)}\r\n".encode("utf-8", "replace")


def _mixed(fields: MailFields) -> bytes:
    inline = [file for file in fields.files if file.content_id and fields.html is not None]
    files = [file for file in fields.files if file not in inline]
    body = _alternative(fields, inline)
    return _multipart("mixed", [body, *map(_file, files)]) if files else body


def _alternative(fields: MailFields, inline: list[MailFile]) -> bytes:
    if fields.html is None:
        return _text("plain", fields.text or "")
    shown = _text("html", fields.html)
    if inline:
        shown = _multipart("related", [shown, *map(_file, inline)])
    if not (fields.text or "").strip():
        return shown
    return _multipart("alternative", [_text("plain", fields.text or ""), shown])


def _text(subtype: str, text: str) -> bytes:
    raw = text.encode("utf-8", "replace")
    head = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n"
    return head.encode() + b"\r\n" + base64.encodebytes(raw)


def _file(file: MailFile) -> bytes:
    kind = clean(file.media_type).partition(";")[0].strip().lower() or "application/octet-stream"
    if kind.startswith("multipart/"):
        kind = "application/octet-stream"
    # RFC 2046 section 5.2.1: a mail within a mail is not encoded
    whole = kind.startswith("message/")
    lines = [
        f"Content-Type: {kind}{parameter('name', file.name)}\r\n"
        if file.name
        else f"Content-Type: {kind}\r\n",
        f"Content-Transfer-Encoding: {'8bit' if whole else 'base64'}\r\n",
        f"Content-Disposition: {'inline' if file.content_id else 'attachment'}"
        f"{parameter('filename', file.name) if file.name else ''}\r\n",
        f"Content-ID: <{clean(file.content_id).strip('<> ')}>\r\n" if file.content_id else "",
        "\r\n",
    ]
    body = file.content if whole else base64.encodebytes(file.content)
    return "".join(lines).encode("utf-8", "replace") + body


def _multipart(subtype: str, parts: list[bytes]) -> bytes:
    """The boundary is a digest of the parts: they cannot hold it."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    boundary = f"=_{digest.hexdigest()[:40]}"
    head = f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n\r\n'.encode()
    opening = f"--{boundary}\r\n".encode()
    return (
        head + b"".join(opening + part + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode()
    )
