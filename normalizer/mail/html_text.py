"""Canonical HTML as the text that a reader sees, line by line, with how deep each is quoted."""

import re
from dataclasses import dataclass
from html import unescape

_TOKEN = re.compile(r"<(/?)([a-z0-9]+)((?:[^>\"]|\"[^\"]*\")*)>|([^<]+)")
_SPACE = re.compile(r"[ \t\r\n\f]+")
# Short addresses only: a reader of text is not helped by a tracking link of three lines.
_HREF = re.compile(r' href="(https?://[^"]{1,100})"')
_BREAKING = frozenset({
    "p", "div", "tr", "li", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "table", "blockquote", "pre",
    "ul", "ol", "dl", "dt", "dd", "center", "address", "article", "section", "header", "footer",
    "aside", "main", "figure", "figcaption", "caption", "details", "summary", "nav", "dir",
})  # fmt: skip
_CELLS = frozenset({"td", "th"})
_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6"})


@dataclass(slots=True)
class Line:
    """One visible line. `mark` is set on the first line of what a mail program marks as quoted."""

    text: str
    depth: int = 0
    mark: bool = False
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


# What the mail programs put around the past: (attribute, pattern).
_QUOTE_MARK = re.compile(
    r' (?:id="(?:divrplyfwdmsg|olk_src_body_section|appendonsend|mail-editor-reference-message'
    r'-container|replysplit|reply-intro|isreplycontent|yahoo_quoted[^"]*|x_divrplyfwdmsg|'
    r'ms-outlook-mobile-body-separator-line|zwchr[^"]*|divtagdefaultwrapper_quote)"'
    r'|class="[^"]*\b(?:gmail_quote|gmail_quote_container|yahoo_quoted|yahooquoted|'
    r"protonmail_quote|moz-cite-prefix|zmail_extra|ymail_quote|tutanota_quote|gmail_extra_quote|"
    r'hc_quote|front-blockquote|superhuman-quote|mail_quote|wlemailquote|quotedtext)\b[^"]*")',
    re.I,
)


class _Writer:
    """Lines as they grow; white space collapses as in a browser, except inside `pre`."""

    __slots__ = ("current", "depth", "href", "lines", "links", "mark", "pre")

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.current = ""
        self.depth = 0
        self.pre = 0
        self.mark = False
        self.href = ""
        self.links: list[tuple[int, str]] = []

    def link(self, attributes: str, *, closing: bool) -> None:
        if not closing:
            found = _HREF.search(attributes)
            self.href = unescape(found[1]) if found else ""
        elif self.href:
            text = self.current.rstrip()
            if text and self.href.rstrip("/") not in text:
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
        text = _SPACE.sub(" ", text)
        if not self.current or self.current.endswith(" "):
            text = text.lstrip(" ")
        self.current += text

    def end_line(self, *, force: bool = False) -> None:
        text = self.current.rstrip(" ") if not self.pre else self.current
        self.current = ""
        if text or force:
            self.lines.append(Line(text, self.depth, self.mark, self.links or None))
            self.mark = False
            self.links = []

    def blank(self) -> None:
        self.end_line()
        if self.lines and self.lines[-1].text:
            self.lines.append(Line("", self.depth))


def render(canonical: str) -> list[Line]:
    """Render the output of `sanitize.canonical_html` (not any HTML: it relies on that spelling)."""
    writer = _Writer()
    for match in _TOKEN.finditer(canonical):
        closing, name, attributes, text = match.groups()
        if text is not None:
            writer.text(text)
        else:
            _tag(writer, name, closing == "/", attributes)
    writer.end_line()
    return writer.lines


def _tag(writer: _Writer, name: str, closing: bool, attributes: str) -> None:
    if name == "a":
        writer.link(attributes, closing=closing)
        return
    if name == "br":
        writer.end_line(force=True)
        return
    if name in _BREAKING:
        writer.blank() if name in _PARAGRAPHS else writer.end_line()
    elif name in _CELLS and writer.current:
        writer.current += "\t"
    if name == "blockquote":
        writer.depth = max(0, writer.depth + (-1 if closing else 1))
    elif name == "pre":
        writer.pre = max(0, writer.pre + (-1 if closing else 1))
    if not closing and attributes and _QUOTE_MARK.search(attributes):
        writer.end_line()
        writer.mark = True
