"""The gathered parts as they are shown: text always, safe HTML where the mail has it."""

import re
from html import escape, unescape
from typing import NamedTuple

from normalizer.mail.armor import bare, unsealed
from normalizer.mail.body import Body, joined_html
from normalizer.mail.html_text import Line, render
from normalizer.mail.mime import Notes
from normalizer.mail.model import MailAttachment, ReplyParts, SanitizedHtml
from normalizer.mail.quotes import plain_lines, split_reply
from normalizer.mail.sanitize import (
    MAX_HTML_CHARS,
    MAX_REFERENCES,
    MAX_TAGS,
    canonical_html,
    shown,
)

_MAX_TEXT = 2_000_000
_TITLE = re.compile(r"<title\b[^>]*>([^<]{1,500})", re.I)
_WORD = re.compile(r"[^\W\d_]{3,}")
# An HTML alternative "says less" when it has under 2/3 of the plain words and misses most of them.
_MIN_WORDS = 8
_FEWER = 0.67
_AS_LONG = 0.85  # such a page cannot have so many words less
_MOST = 0.5
_SAMPLE = 20_000


class View(NamedTuple):
    """What is stored beside the raw bytes. `text` is what a reader sees of the whole message."""

    text: str
    html: str | None
    remote_content: bool
    reply: ReplyParts


def view_of(body: Body, notes: Notes, own_origin: str = "", subject: str = "") -> View:
    if body.has_html:
        return _of_html(body, notes, own_origin, subject)
    text = "\n".join(block.text for block in body.blocks)
    if len(text) > _MAX_TEXT:
        notes.warn("text larger than 2 MB: cut")
        text = text[:_MAX_TEXT]
    text, sealed = unsealed(text)
    body.files += map(_sealed_file, sealed)
    body.security |= dict.fromkeys(("pgp-encrypted",) if sealed else ())
    readable = bare(text)
    body.security |= dict.fromkeys(readable.labels)
    return View(text, None, False, split_reply(plain_lines(readable.text), subject))


def _sealed_file(block: str) -> MailAttachment:
    """For who has the key: as a file it can be opened by the program that holds it."""
    return MailAttachment(
        name="encrypted.asc", media_type="application/pgp-encrypted", content=block.encode()
    )


def _of_html(body: Body, notes: Notes, own_origin: str, subject: str) -> View:
    page = joined_html(body.blocks)
    if len(page) > MAX_HTML_CHARS:
        notes.warn("HTML larger than 2 MB: cut")
    if page.count("<") > MAX_TAGS:
        notes.warn(f"HTML with more than {MAX_TAGS} tags: cut")
    if page.count("&") > MAX_REFERENCES:
        notes.warn(f"HTML with more than {MAX_REFERENCES} character references: cut")
    canonical = canonical_html(page)
    lines = render(canonical)
    text = visible(lines)
    twin = "\n".join(body.plain_twin)[:_MAX_TEXT]
    if not text.strip():
        return _of_blank_page(page, shown(canonical, own_origin), twin)
    if twin and _says_less(text, twin):
        notes.warn("the alternatives differ: both are shown")
        canonical += f'<hr><div style="white-space:pre-wrap">{escape(twin, quote=False)}</div>'
        text = f"{text}\n\n{twin.strip()}"
        lines = [*lines, Line(""), *plain_lines(twin)]
    safe = shown(canonical, own_origin)
    return View(text, safe.html, safe.remote_content, split_reply(lines, subject))


def visible(lines: list[Line]) -> str:
    """Lines joined, runs of empty ones cut down to one."""
    joined = "\n".join(line.text for line in lines)
    return re.sub(r"\n{3,}", "\n\n", joined).strip("\n")


def _of_blank_page(page: str, safe: SanitizedHtml, twin: str) -> View:
    """A page that shows no words: its title stands for it, and the plain alternative is read."""
    title = _TITLE.search(page)
    text = unescape(title[1]).strip() if title else twin
    html = safe.html if "<img" in safe.html or not twin else None
    return View(text, html, safe.remote_content, split_reply(plain_lines(twin or text)))


def _says_less(text: str, twin: str) -> bool:
    if len(text) > len(twin) * _AS_LONG:
        return False
    plain = set(_WORD.findall(twin[:_SAMPLE].lower()))
    if len(plain) < _MIN_WORDS:
        return False
    page = set(_WORD.findall(text[:_SAMPLE].lower()))
    return len(page) < len(plain) * _FEWER and len(plain - page) > len(plain) * _MOST
