"""Texts that an inbox keeps: signatures, templates, acknowledgements, with blanks to fill. Pure.

A blank is ``{{agent.name}}``; what nobody knows is left out, and a name that is none is refused
when the text is saved.
"""

import re
from collections.abc import Mapping, Sequence
from html import escape

from ticketing.errors import Invalid
from ticketing.model import Inbox, InboxTemplate, Ticket

BLANKS = (
    "agent.name",
    "contact.name",
    "inbox.address",
    "inbox.name",
    "ticket.number",
    "ticket.subject",
)
DEFAULT_LANGUAGE = "en"
MAX_TEXT = 10_000
MAX_TEMPLATES = 200
MAX_LANGUAGES = 30
BLANK = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z")
SEPARATOR = "-- \n"  # RFC 3676 section 4.3


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its blanks filled, on the lines that it had."""
    return BLANK.sub(lambda blank: " ".join(values.get(blank[1], "").split()), text).strip()


def values_of(inbox: Inbox, ticket: Ticket, agent_name: str) -> dict[str, str]:
    """What the blanks stand for in one reply."""
    contact = ticket.contact_name
    return {
        "agent.name": agent_name,
        "contact.name": "" if "@" in contact else contact,  # an address is no name
        "inbox.address": inbox.address,
        "inbox.name": inbox.name,
        "ticket.number": str(ticket.number),
        "ticket.subject": ticket.subject,
    }


def language_of(texts: Mapping[str, str], language: str) -> str:
    """The language there is a text in: this one, else its kin (``zh-CN`` for ``zh``), else English,
    else any; "" where there is no text.
    """
    own = language.lower()
    kin = own.partition("-")[0]
    by_name = {name.lower(): name for name in texts}
    near = (name for name in by_name if kin and name.partition("-")[0] == kin)
    for name in (own, kin, *near, DEFAULT_LANGUAGE, *by_name):
        if name in by_name:
            return by_name[name]
    return ""


def in_language(texts: Mapping[str, str], language: str) -> str:
    """The text of ``language_of``."""
    return texts.get(language_of(texts, language), "")


def signed(text: str, signature: str) -> str:
    """A reply with the signature that goes out under it."""
    return f"{text.rstrip()}\n\n{SEPARATOR}{signature}" if signature else text


def signed_html(html: str | None, signature: str) -> str | None:
    """The same for the HTML that an agent wrote."""
    if html is None or not signature:
        return html
    lines = escape(signature, quote=False).replace("\n", "<br>")
    return f"{html}<p>-- <br>{lines}</p>"


def check_texts(texts: Mapping[str, str], field: str, blanks: Sequence[str] = BLANKS) -> None:
    """Raises Invalid for a language, a length or a blank that cannot be."""
    if len(texts) > MAX_LANGUAGES:
        raise Invalid(field, f"at most {MAX_LANGUAGES} languages")
    for language, text in texts.items():
        if not _LANGUAGE.match(language):
            raise Invalid(field, f"{language!r} is no language tag such as en or zh-CN")
        _check_text(text, field, blanks)


def check_templates(templates: Sequence[InboxTemplate]) -> None:
    """As ``check_texts``; a name stands once."""
    if len(templates) > MAX_TEMPLATES:
        raise Invalid("templates", f"at most {MAX_TEMPLATES} templates")
    names = [one.name.strip() for one in templates]
    if "" in names or len(set(names)) < len(names):
        raise Invalid("templates", "each template needs a name of its own")
    for one in templates:
        check_texts(one.texts, "templates")


def _check_text(text: str, field: str, blanks: Sequence[str]) -> None:
    if len(text) > MAX_TEXT:
        raise Invalid(field, f"at most {MAX_TEXT} characters")
    for blank in BLANK.findall(text):
        if blank not in blanks:
            known = ", ".join(f"{{{{{one}}}}}" for one in blanks)
            raise Invalid(field, f"{{{{{blank}}}}} is no blank; there are {known}")
