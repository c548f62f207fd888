"""Canonical HTML as the text that a reader sees, line by line, with how deep each is quoted."""

import re
from dataclasses import dataclass
from html import unescape

from normalizer.mail.markers import QUOTE_MARKS, SIGNATURE_MARKS

_TOKEN = re.compile(r"<(/?)([a-z0-9]+)([^>\"]*(?:\"[^\"]*\"[^>\"]*)*)>|([^<]+)")
_SPACE = re.compile(r"[ \t\r\n\f]+")
_RAGGED = re.compile(r"[\t\r\n\f]|  ")
_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6"})
_BREAKING = frozenset({
    "div", "tr", "li", "hr", "table", "blockquote", "pre", "ul", "ol", "dl", "dt", "dd", "center",
    "address", "article", "section", "header", "footer", "aside", "main", "figure", "figcaption",
    "caption", "details", "summary", "nav", "dir",
})  # fmt: skip
_CELLS = frozenset({"td", "th"})
_SHAPING = _PARAGRAPHS | _BREAKING | _CELLS | {"a", "br"}
# Short addresses only: a reader of text is not helped by a tracking link of three lines.
_HREF = re.compile(r' href="(https?://[^"]{1,100})"')


@dataclass(slots=True)
class Line:
    """One visible line.

    `mark` is set on the first line of what a mail program marks as quoted, `signs` on the first of
    what it marks as a signature.
    """

    text: str
    depth: int = 0
    mark: bool = False
    signs: bool = False
    links: list[tuple[int, str]] | None = None

    @property
    def with_links(self) -> str:
        """The line with the address of each link after its words, for those who see only text."""
        if not self.links:
            return self.text
        text = self.text
        for position, address in reversed(self.links):
            text = f"{text[:position]} ({address}){text[position:]}"
        return text


_NAMED = re.compile(r' (?:id|class|name)="')
_QUOTE = re.compile(rf' (?:id|class|name)="[^"]*\b(?:{"|".join(QUOTE_MARKS)})\b', re.I)
_SIGNATURE = re.compile(rf' (?:id|class|name)="[^"]*\b(?:{"|".join(SIGNATURE_MARKS)})\b', re.I)


def _bare(address: str) -> str:
    return address.partition("://")[2].removeprefix("www.").rstrip("/")


class _Writer:
    """Lines as they grow; white space collapses as in a browser, except inside `pre`."""

    __slots__ = ("current", "depth", "href", "lines", "links", "mark", "pre", "signs")

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.current = ""
        self.depth = 0
        self.pre = 0
        self.mark = False
        self.signs = False
        self.href = ""
        self.links: list[tuple[int, str]] = []

    def link(self, attributes: str, *, closing: bool) -> None:
        if not closing:
            found = _HREF.search(attributes)
            self.href = unescape(found[1]) if found else ""
        elif self.href:
            text = self.current.rstrip()
            if text and _bare(self.href) not in text:
                self.links.append((len(text), self.href))
            self.href = ""

    def text(self, raw: str) -> None:
        text = unescape(raw) if "&" in raw else raw
        if self.pre:
            head, *rest = text.split("\n")
            self.current += head
            for line in rest:
                self.end_line(force=True)
                self.current = line
            return
        if _RAGGED.search(text):
            text = _SPACE.sub(" ", text)
        if not self.current or self.current.endswith(" "):
            text = text.lstrip(" ")
        self.current += text

    def end_line(self, *, force: bool = False) -> None:
        text = self.current
        if text or force:
            self.current = ""
            text = text.replace("\xa0", " ").rstrip(" ")
            self.lines.append(Line(text, self.depth, self.mark, self.signs, self.links or None))
            self.mark = self.signs = False
            self.links = []

    def blank(self) -> None:
        self.end_line()
        if self.lines and self.lines[-1].text:
            self.lines.append(Line("", self.depth))


def render(canonical: str) -> list[Line]:
    """Render the output of `sanitize.canonical_html` (not any HTML: it relies on that spelling)."""
    writer = _Writer()
    for closing, name, attributes, text in _TOKEN.findall(canonical):
        if text:
            writer.text(text)
            continue
        if name in _SHAPING:
            _shape(writer, name, attributes, closing=closing == "/")
        if attributes and not closing:
            _marks(writer, attributes)
    writer.end_line()
    return writer.lines


def _shape(writer: _Writer, name: str, attributes: str, *, closing: bool) -> None:
    if name in _PARAGRAPHS:
        writer.blank()
    elif name in _CELLS:
        if writer.current and not closing:
            writer.current += "\t"
    elif name == "br":
        writer.end_line(force=True)
    elif name == "a":
        writer.link(attributes, closing=closing)
    else:
        writer.end_line()
    if name == "blockquote":
        writer.depth = max(0, writer.depth + (-1 if closing else 1))
    elif name == "pre":
        writer.pre = max(0, writer.pre + (-1 if closing else 1))


def _marks(writer: _Writer, attributes: str) -> None:
    if not _NAMED.search(attributes):
        return
    if _QUOTE.search(attributes):
        writer.end_line()
        writer.mark = True
    elif _SIGNATURE.search(attributes):
        writer.end_line()
        writer.signs = True
