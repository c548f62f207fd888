"""What came, as the document that expressions look into. Parts are read when first asked for."""

from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree

from connectors.contract import WebhookRequest
from connectors.declarative.texts import Value, as_text
from connectors.errors import Malformed
from connectors.kit.decoding import decode_json
from connectors.kit.fields import FORMS, Pairs, form_pairs

REQUEST_NAMES = frozenset({
    "body", "fields", "repeated", "query", "headers", "method", "url", "base_url", "path", "raw",
    "settings", "address", "received_at", "item",
})  # fmt: skip
DEEPEST = 60
DAMAGED = "\ufffd"


class Lazy(dict[str, Value]):
    """A dict some of whose values are made when they are first asked for."""

    def __init__(self, known: Mapping[str, Value], made: Mapping[str, Callable[[], Value]]) -> None:
        super().__init__(known)
        self._made = made

    def get(self, name: str, default: Value = None) -> Value:
        """As ``dict.get``, and makes what can be made. Raises Malformed."""
        if name not in self and name in self._made:
            self[name] = self._made[name]()
        return super().get(name, default)


class Reader:
    """Reads requests of one channel: ``form`` and ``charset`` are its own, "" leaves it to them."""

    def __init__(self, form: str = "auto", charset: str = "") -> None:
        self._form = form
        self._charset = charset

    def document(self, request: WebhookRequest, settings: Value, address: str) -> Lazy:
        """The document of a request; reading its body may raise Malformed later."""
        made: dict[str, Callable[[], Value]] = {
            "body": lambda: self._body(request),
            "fields": lambda: {**document.get("query"), **_leaves(document.get("body"))},
            "repeated": lambda: _lists(self._pairs(request)),
            "query": lambda: self._query(request),
            "base_url": lambda: request.url.partition("?")[0],
            "path": lambda: urlsplit(request.url).path,
            "received_at": request.received_at.isoformat,
            "item": lambda: document.get("body"),
        }
        known = {
            "headers": request.headers,
            "method": request.method,
            "url": request.url,
            "raw": request.body or "",
            "settings": settings,
            "address": address,
        }
        document = Lazy(known, made)
        return document

    def _query(self, request: WebhookRequest) -> dict[str, str]:
        """Already read by the edge as UTF-8; anew where that was wrong."""
        query = dict(request.query)
        if self._charset or any(DAMAGED in value for value in query.values()):
            raw = urlsplit(request.url).query
            query.update(_read_pairs(raw.encode("utf-8", "replace"), self._charset))
        return query

    def _body(self, request: WebhookRequest) -> Value:
        form = self._form if self._form != "auto" else _form_of(request)
        readers: dict[str, Callable[[], Value]] = {
            "json": lambda: decode_json(request.body or b"null", object, "JSON"),
            "form": lambda: dict(self._form_pairs(request)),
            "xml": lambda: read_xml(request.body),
            "text": lambda: decoded(request.body, self._charset or charset_of(request)),
        }
        return readers[form]()

    def _form_pairs(self, request: WebhookRequest) -> Pairs:
        if request.media_type == "multipart/form-data":
            return form_pairs(request)
        return _read_pairs(request.body, self._charset or charset_of(request))

    def _pairs(self, request: WebhookRequest) -> Pairs:
        form = self._form if self._form != "auto" else _form_of(request)
        query = _read_pairs(urlsplit(request.url).query.encode("utf-8", "replace"), self._charset)
        return query + (self._form_pairs(request) if form == "form" else [])


def read_answer(body: bytes, media_type: str) -> Value:
    """A provider's answer: JSON or XML by its looks, whatever its type says; else null."""
    start = body.lstrip()[:1]
    try:
        if start in {b"{", b"["} or "json" in media_type:
            return decode_json(body or b"null", object, "JSON")
        if start == b"<":
            return read_xml(body)
    except Malformed:
        return None
    return None


def read_xml(body: bytes) -> dict[str, Value]:
    """``<a><b c="1">x</b></a>`` as ``{"b": {"c": "1", "text": "x"}}``; a bare ``<b>x</b>`` is
    ``"x"``, repeated names are lists. Raises Malformed.
    """
    if b"<!" in body.replace(b"<!--", b"").replace(b"<![CDATA[", b""):
        raise Malformed("XML with a document type is not read")
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - no DTD, so no entities to expand
        found = _element(root, DEEPEST)
    except (ElementTree.ParseError, ValueError, LookupError, RecursionError) as error:
        raise Malformed(f"not XML: {error}") from error
    return found if isinstance(found, dict) else {_bare(root.tag): found, "text": found}


def _element(element: ElementTree.Element, depth: int) -> Value:
    if depth == 0:
        raise ValueError("too deep")
    text = element.text or ""
    if not len(element) and not element.attrib:
        return text
    found: dict[str, Value] = {_bare(name): value for name, value in element.attrib.items()}
    for child in element:
        _add(found, _bare(child.tag), _element(child, depth - 1))
    if not len(element) or text.strip():
        found.setdefault("text", text)
    return found


def _add(found: dict[str, Value], name: str, value: Value) -> None:
    there = found.get(name)
    if there is None:
        found[name] = value
    elif isinstance(there, list):
        there.append(value)
    else:
        found[name] = [there, value]


def _bare(tag: str) -> str:
    """A name without its namespace."""
    return tag.rpartition("}")[2]


def decoded(raw: bytes, charset: str = "") -> str:
    """By ``charset`` where one is named; else UTF-8, and Windows-1252 for what is none."""
    if charset:
        try:
            return raw.decode(charset, "replace")
        except LookupError:
            pass
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def charset_of(request: WebhookRequest) -> str:
    """The charset that the content type names, or ""."""
    named = request.headers.get("content-type", "").lower().partition("charset=")[2]
    return named.partition(";")[0].strip(" \"'")


def _read_pairs(raw: bytes, charset: str) -> Pairs:
    """Names and values of a form, percent-decoded as bytes before their charset is asked."""
    pairs = parse_qsl(raw.decode("latin-1"), keep_blank_values=True, encoding="latin-1")
    return [
        (decoded(name.encode("latin-1"), charset), decoded(value.encode("latin-1"), charset))
        for name, value in pairs
    ]


def _form_of(request: WebhookRequest) -> str:
    kind, start = request.media_type, request.body.lstrip()[:1]
    if kind in FORMS:
        return "form"
    if kind.endswith("json") or start in {b"{", b"["}:
        return "json" if request.body.strip() else "form"
    if kind.endswith("xml") or start == b"<":
        return "xml"
    return "form" if not kind and b"=" in request.body else "text"


def _leaves(body: Value) -> dict[str, str]:
    """The plain values of an object, and those inside its objects, by their own names."""
    found: dict[str, str] = {}
    waiting = [body]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting.extend(value for value in one.values() if isinstance(value, dict))
            for name, value in one.items():
                if isinstance(value, str | int | float) and name not in found:
                    found[name] = as_text(value)
    return found


def _lists(pairs: Pairs) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found
