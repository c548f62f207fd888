"""HTML from outside, made safe to show: an allow-list, and nothing fetched until asked for."""

import posixpath
import re
from collections.abc import Iterable
from html import escape, unescape
from urllib.parse import unquote

import nh3

from normalizer.mail.markers import QUOTE_MARKS, SIGNATURE_MARKS
from normalizer.mail.model import SanitizedHtml

MAX_HTML_CHARS = 2_000_000
MAX_TAGS = 60_000
MAX_REFERENCES = 100_000  # "&": the parser is quadratic in them (2,000,000 took 76 s)
MAX_NESTING = 1000
_DEEP_SIZE = 50_000
_NESTING_TAG = re.compile(
    r"<(/?)(?!(?:br|hr|img|p|li|td|tr|th|dt|dd|meta|link|input|col|area|wbr)\b)[a-zA-Z][^<>]*>"
)

_TAGS = {
    "a", "abbr", "acronym", "address", "article", "aside", "b", "bdi", "bdo", "big", "blockquote",
    "br", "caption", "center", "cite", "code", "col", "colgroup", "dd", "del", "details", "dfn",
    "dir", "div", "dl", "dt", "em", "figcaption", "figure", "font", "footer", "h1", "h2", "h3",
    "h4", "h5", "h6", "header", "hr", "i", "img", "ins", "kbd", "li", "main", "map", "mark", "nav",
    "ol", "p", "pre", "q", "rp", "rt", "ruby", "s", "samp", "section", "small", "span", "strike",
    "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time",
    "tr", "tt", "u", "ul", "var", "wbr",
}  # fmt: skip
_DROPPED_WITH_CONTENT = {
    "script", "style", "title", "template", "noscript", "iframe", "object", "embed", "svg", "math",
    "textarea", "select", "xml",
}  # fmt: skip
_EVERYWHERE = {"style", "dir", "lang", "title", "align"}
_MARKS = set(QUOTE_MARKS) | set(SIGNATURE_MARKS)
_MARKED = ("div", "blockquote", "span", "p", "hr", "pre", "table", "td", "section")
_ATTRIBUTES = {
    "*": _EVERYWHERE,
    "a": {"href", "name"},
    "img": {"src", "alt", "width", "height", "border", "hspace", "vspace"},
    "font": {"color", "face", "size"},
    "table": {"border", "cellpadding", "cellspacing", "width", "height", "bgcolor", "summary"},
    "td": {"colspan", "rowspan", "width", "height", "bgcolor", "valign", "nowrap"},
    "th": {"colspan", "rowspan", "width", "height", "bgcolor", "valign", "nowrap", "scope"},
    "tr": {"bgcolor", "valign", "height"},
    "tbody": {"valign"},
    "col": {"span", "width"},
    "colgroup": {"span", "width"},
    "ol": {"start", "type"},
    "ul": {"type"},
    "li": {"value", "type"},
    "hr": {"size", "width", "color", "noshade", "tabindex"},
    "blockquote": {"type", "cite"},
    "time": {"datetime"},
    "div": {"name"},
}
_STYLES = {
    "background-color", "border", "border-bottom", "border-collapse", "border-color",
    "border-left", "border-radius", "border-right", "border-spacing", "border-style", "border-top",
    "border-width", "color", "direction", "display", "font-family", "font-size", "font-style",
    "font-variant", "font-weight", "height", "letter-spacing", "line-height", "list-style-type",
    "margin", "margin-bottom", "margin-left", "margin-right", "margin-top", "max-height",
    "max-width", "min-width", "padding", "padding-bottom", "padding-left", "padding-right",
    "padding-top", "table-layout", "text-align", "text-decoration", "text-indent",
    "text-transform", "vertical-align", "white-space", "width", "word-break", "word-wrap",
}  # fmt: skip


def _without_relative(url: str) -> str | None:
    """A mail has no place of its own: a relative address would mean our site."""
    return url if url.startswith(("//", "#")) else None


_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=_DROPPED_WITH_CONTENT,
    attributes=_ATTRIBUTES,
    allowed_classes={tag: _MARKS for tag in _MARKED},
    tag_attribute_values={tag: {"id": _MARKS} for tag in _MARKED},
    url_schemes={"http", "https", "mailto", "tel", "sms", "cid", "data"},
    link_rel="noopener noreferrer nofollow",
    filter_style_properties=_STYLES,
    strip_comments=True,
    url_relative=_without_relative,
)
_IMG_OR_LINK = re.compile(r"<(?:img|a)\b[^>\"]*(?:\"[^\"]*\"[^>\"]*)*>")
_REMOTE_SRC = re.compile(r' src="((?:https?:)?//[^"]*)"', re.I)
_OTHER_SRC = re.compile(r' src="(?!cid:|data:image/(?:png|gif|jpe?g|webp|bmp);base64,)[^"]*"', re.I)
_DATA_LINK = re.compile(r' href="(?:data|cid):[^"]*"', re.I)
_LINKED = re.compile(r' (?:href|data-remote-src|src)="([^"]*)"(?=[^<>]*>)', re.I)
_WEB_ADDRESS = re.compile(r"(?:https?:)?/*([^/?#]*)([^?#]*)", re.I)
_CID = re.compile(r' src="cid:([^"]*)"', re.I)
# Mail programs mean HTML 4.01 (section 24.3), whose angle brackets HTML 5 moved elsewhere.
_HTML4_BRACKETS = re.compile(r"&([lr])ang;")
_BRACKETS = {"l": "\u2329", "r": "\u232a"}


def canonical_html(html: str) -> str:
    """Safe HTML in one spelling: lower-case tags, quoted attributes.

    Only the first MAX_HTML_CHARS, MAX_TAGS tags and MAX_REFERENCES references are read.
    """
    html = html[:MAX_HTML_CHARS].replace("\x00", "")
    if "ang;" in html:
        html = _HTML4_BRACKETS.sub(lambda match: _BRACKETS[match[1]], html)
    for sign, most in (("<", MAX_TAGS), ("&", MAX_REFERENCES)):
        if html.count(sign) > most:
            html = html[: _nth(html, sign, most)]
    return _CLEANER.clean(_flattened(html) if len(html) > _DEEP_SIZE else html)


def _flattened(html: str) -> str:
    """The page without tags nested deeper than MAX_NESTING: the sanitiser is quadratic in depth."""
    depth = 0

    def keep(match: re.Match[str]) -> str:
        nonlocal depth
        if match[1]:
            depth = max(0, depth - 1)
            return match[0] if depth < MAX_NESTING else ""
        depth += 1
        return match[0] if depth <= MAX_NESTING else ""

    return _NESTING_TAG.sub(keep, html)


def _nth(text: str, char: str, count: int) -> int:
    position = -1
    for _ in range(count):
        position = text.find(char, position + 1)
    return position


def shown(canonical: str, own_origin: str = "") -> SanitizedHtml:
    """Canonical HTML as it is stored: remote images held back, data kept out of links.

    Links and images that point at the API of `own_origin` (`https://host`) go: shown to an agent
    they would be fetched with the agent's session.
    """
    html = canonical
    if "<img" in html or 'href="data:' in html or 'href="cid:' in html:
        html = _IMG_OR_LINK.sub(_held_back, html)
    if own_origin:
        html = _without_own_api(html, own_origin)
    return SanitizedHtml(html=html, remote_content=" data-remote-src=" in html)


def _without_own_api(html: str, own_origin: str) -> str:
    own = _host_of(own_origin)
    if not own:
        return html

    def kept(match: re.Match[str]) -> str:
        return "" if leads_into_api(unescape(match[1]), own) else match[0]

    return _LINKED.sub(kept, html)


def leads_into_api(url: str, own_host: str) -> bool:
    """Whether a browser, forgiving slashes, tabs, percents and dots, goes to our API."""
    url = re.sub(r"[\t\r\n]", "", url.strip("".join(map(chr, range(33)))))
    match = _WEB_ADDRESS.match(url.replace("\\", "/"))
    if match is None or _host_of(match[0]) != own_host:
        return False
    path = unquote(match[2]).replace("\\", "/")
    return posixpath.normpath("/" + path.lower()).lstrip("/").partition("/")[0] == "api"


def _host_of(url: str) -> str:
    """The host in lower case, without user, port and final dot; "" when there is none."""
    match = _WEB_ADDRESS.match(url)
    if match is None:
        return ""
    host = unquote(match[1]).rpartition("@")[2].lower()
    return re.sub(r":\d*$", "", host).rstrip(".")


def _bare_cid(value: str) -> str:
    """A content id as its part spells it: no brackets, percent signs undone (RFC 2392)."""
    return unquote(unescape(value)).strip("<> ")


def with_ids(html: str, content_ids: Iterable[str]) -> str:
    """Every `cid:` spelt as the part that it means, whatever the case."""
    known = {item.lower(): item for item in reversed([*content_ids]) if item}

    def spelt(match: re.Match[str]) -> str:
        value = unescape(match[1])
        return f' src="cid:{escape(known.get(value.lower(), value))}"'

    return _CID.sub(spelt, html) if known else html


def shown_ids(html: str) -> frozenset[str]:
    """The content ids that a page shows, spelt as `with_ids` spells them."""
    return frozenset(unescape(item) for item in _CID.findall(html))


def _held_back(match: re.Match[str]) -> str:
    tag = match[0]
    if tag.startswith("<a"):
        return _DATA_LINK.sub("", tag)
    tag = _CID.sub(lambda match: f' src="cid:{escape(_bare_cid(match[1]))}"', tag)
    tag = _REMOTE_SRC.sub(r' data-remote-src="\1"', tag)
    return _OTHER_SRC.sub("", tag)
