"""From a message to requests, by the templates of a channel.toml."""

import hmac
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape

import msgspec

from connectors.contract import OutboundFile
from connectors.declarative import model
from connectors.declarative.auth import FORM, filled_headers
from connectors.declarative.documents import Lazy
from connectors.declarative.encodings import ENCODE
from connectors.declarative.expressions import Gettable
from connectors.declarative.signatures import known_algorithm
from connectors.declarative.templates import Filled, Scope, Template
from connectors.declarative.texts import as_text
from connectors.http import Body
from connectors.kit.multipart import Upload, multipart

MESSAGE_NAMES = frozenset({
    "to", "from", "text", "html", "subject", "id", "piece", "pieces", "piece_id", "files", "file",
    "quick_replies", "template", "reply_to", "thread", "sender_name", "family", "scope",
    "settings", "hook_url", "now", "nonce", "token",
})  # fmt: skip
SIGNED_NAMES = frozenset({"method", "url", "base_url", "path", "query", "form", "raw", "now"})
BODIES = ("form", "json", "xml", "text", "multipart")
XML_ENTITIES = {'"': "&quot;", "\n": "&#10;", "\r": "&#13;"}
XML_FORBIDDEN = {code: None for code in range(32) if chr(code) not in "\t\n\r"}


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A request that is ready to go."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: Body


class Caller:
    """One compiled request. Making it raises ValueError."""

    def __init__(self, call: model.Call, scope: Scope, sign: model.Sign | None = None) -> None:
        given = _given(call)
        if len(given) > 1:
            raise ValueError(f"a request has one body, not {' and '.join(given)}")
        if not call.url:
            raise ValueError("url is missing")
        if "='" in call.xml:
            raise ValueError("attributes of xml stand between double quotes")
        self._call = call
        self._url = scope.template(call.url)
        self._query = scope.structure(call.query)
        self._headers = {name: scope.template(text) for name, text in call.headers.items()}
        self._body = _Body(call, scope)
        self._sign = _Signing(sign, scope) if sign else None

    def make(self, document: Gettable, file: OutboundFile | None = None) -> Made:
        """The request for this document. ValueError where it cannot be made."""
        url, query = url_text(self._url, document), dict(self._query(document))
        form = self._body.form(document)
        headers = filled_headers(self._headers, document)
        if self._sign:
            about = {"method": self._call.method, "url": url, "query": query, "form": form}
            where, value = self._sign.made(document, about, self._body.content(document, form))
            {"header": headers, "query": query, "form": form}[where][self._sign.name] = value
        boundary = secrets.token_hex(16)
        if self._body.multipart is not None:
            body: Body = self._body.stream(document, boundary, file)
        else:
            body = self._body.content(document, form)
        kind = self._body.content_type(boundary)
        if kind and body:
            headers = {"Content-Type": kind, **headers}
        return Made(
            method=self._call.method, url=with_query(url, query), headers=headers, body=body
        )


class _Body:
    def __init__(self, call: model.Call, scope: Scope) -> None:
        self._call = call
        self._form: Filled | None = scope.structure(call.form) if call.form is not None else None
        self._json = scope.structure(call.json) if call.json is not None else None
        self._xml = scope.template(call.xml) if call.xml else None
        self._text = scope.template(call.text) if call.text else None
        self.multipart = call.multipart
        self._fields = scope.structure(call.multipart.fields) if call.multipart else None

    def form(self, document: Gettable) -> dict[str, Any]:
        """Fields of the form; empty for other bodies."""
        return dict(self._form(document)) if self._form else {}

    def content(self, document: Gettable, form: Mapping[str, Any]) -> bytes:
        """The whole body; b"" for a multipart form."""
        if self._form:
            return encoded_pairs(form, self._call.charset).encode()
        if self._json:
            return msgspec.json.encode(self._json(document))
        if self._xml:
            return self._xml.text(document, xml_text).encode(self._call.charset)
        if self._text:
            return self._text.bytes(document)
        return b""

    def stream(self, document: Gettable, boundary: str, file: OutboundFile | None) -> Body:
        """A form in parts, the file among them where a part is named for it."""
        if self.multipart is None or self._fields is None:
            raise ValueError("this request is no multipart form")
        fields = {name: as_text(value) for name, value in self._fields(document).items()}
        if not self.multipart.file_field:
            return multipart(boundary, fields, ())
        if file is None:
            raise ValueError("a multipart form with a file_field needs a file")
        upload = Upload(name=file.name, media_type=file.media_type, open=file.open)
        return multipart(boundary, fields, {self.multipart.file_field: upload})

    def content_type(self, boundary: str) -> str:
        """As the file says, else by the kind of body."""
        if self._call.content_type:
            return self._call.content_type
        kinds = (
            (self._form, FORM),
            (self._json, "application/json"),
            (self._xml, f"application/xml; charset={self._call.charset}"),
            (self._text, "text/plain; charset=utf-8"),
            (self.multipart, f"multipart/form-data; boundary={boundary}"),
        )
        return next((kind for one, kind in kinds if one is not None), "")


class _Signing:
    """A compiled ``[send.sign]``."""

    def __init__(self, sign: model.Sign, scope: Scope) -> None:
        places = {"header": sign.header, "query": sign.query, "form": sign.form}
        given = [where for where, name in places.items() if name]
        if len(given) != 1:
            raise ValueError("say where the signature goes: one of header, query and form")
        known_algorithm(sign.algorithm)
        self._sign = sign
        self._where, self.name = given[0], places[given[0]]
        self._key = scope.template(sign.key)
        self._prefix = scope.template(sign.prefix)
        wider = Scope(frozenset({*scope.names, *SIGNED_NAMES}), scope.functions)
        self._content = wider.template(sign.content)

    def made(self, document: Gettable, about: Mapping[str, Any], raw: bytes) -> tuple[str, str]:
        """Where it goes, and its value. ValueError."""
        known = dict(document) if isinstance(document, dict) else {}
        url = str(about["url"])
        path = "/" + url.partition("://")[2].partition("/")[2]
        signed = Lazy({**known, **about, "base_url": url, "path": path, "raw": raw}, {})
        key, content = self._key.bytes(document), self._content.bytes(signed)
        made = ENCODE[self._sign.encoding](hmac.new(key, content, self._sign.algorithm).digest())
        return self._where, self._prefix.text(document) + made


def merged(send: model.Send, variant: model.Variant) -> model.Call:
    """[send] with what the variant says instead."""
    names = [field for field in variant.__struct_fields__ if field != "when"]
    said = {name: getattr(variant, name) for name in names if getattr(variant, name) is not None}
    bodies: dict[str, Any] = {}
    if any(name in said for name in BODIES):
        bodies = {"form": None, "json": None, "xml": "", "text": "", "multipart": None}
    plain = {name: getattr(send, name) for name in model.Call.__struct_fields__}
    return model.Call(**{**plain, **bodies, **said})


def url_text(template: Template, document: Gettable) -> str:
    """Values are percent-encoded, but for one at the very beginning, which is an address."""
    parts = list(template.parts)
    start, first = "", parts[0] if parts else ""
    if not isinstance(first, str):
        start, parts = as_text(first(document)).rstrip("/"), parts[1:]
    rest = (p if isinstance(p, str) else quote(as_text(p(document)), safe="") for p in parts)
    return start + "".join(rest)


def with_query(url: str, query: Mapping[str, Any]) -> str:
    """``url`` and the query's fields."""
    pairs = encoded_pairs(query, "utf-8")
    return f"{url}{'&' if '?' in url else '?'}{pairs}" if pairs else url


def encoded_pairs(fields: Mapping[str, Any], charset: str) -> str:
    """A form; lists repeat their name. ValueError for objects, and for what ``charset`` lacks:
    a text that arrives with question marks is worse than one that is refused.
    """
    pairs = [
        (name, one if isinstance(one, bytes) else as_text(one))
        for name, value in fields.items()
        for one in (value if isinstance(value, list) else [value])
    ]
    return urlencode(pairs, encoding=charset)


def xml_text(value: str) -> str:
    """A value inside XML, in an element or an attribute."""
    return escape(value.translate(XML_FORBIDDEN), XML_ENTITIES)


def _given(call: model.Call) -> list[str]:
    return [
        name for name in BODIES if getattr(call, name) is not None and getattr(call, name) != ""
    ]
