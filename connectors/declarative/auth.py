"""Our credentials in a request to the provider."""

import base64
from collections.abc import Callable, Mapping
from typing import Any, Protocol
from urllib.parse import urlencode

import msgspec

from connectors.declarative import model
from connectors.declarative.documents import Lazy, read_answer
from connectors.declarative.expressions import Gettable
from connectors.declarative.reading import holds
from connectors.declarative.templates import Scope, Template
from connectors.declarative.texts import as_text
from connectors.http import Http, HttpReply, LineBroken, NotSent
from connectors.tokens import Token, Tokens, lasting, named
from storage.ids import utc_now

REPLY_NAMES = frozenset({"status", "headers", "body", "text", "settings", "id", "piece_id", "to"})
FORM = "application/x-www-form-urlencoded"
UNAUTHORIZED = 401
REFUSED = {400, UNAUTHORIZED, 403}
LONGEST_S = 30 * 86_400.0
USUAL_S = 3600.0


class TokenRefused(Exception):
    """The provider gives no token for these credentials: an administrator is needed."""


class TokenUnavailable(Exception):
    """The provider could not be asked, or said nothing that can be read: later, perhaps."""


class Shown(msgspec.Struct, frozen=True):
    """What a request shows of us. ``token`` is empty where there is none to renew."""

    headers: Mapping[str, str] = {}
    token: str = ""

    def within(self, document: Mapping[str, Any]) -> Mapping[str, Any]:
        """The document with ``{token}`` in it."""
        return {**document, "token": self.token} if self.token else document


class Credentials(Protocol):
    """Our proof in each request."""

    async def shown(self, document: Gettable, refused: str = "") -> Shown:
        """``refused`` is the token that the provider has just turned down: another is asked for.
        Raises TokenRefused, TokenUnavailable, ValueError.
        """
        ...

    def refused(self, reply: HttpReply) -> bool:
        """Whether another token may help."""
        ...


class Plain:
    """Credentials that are written into every request."""

    def __init__(self, fill: Callable[[Gettable], dict[str, str]]) -> None:
        self._fill = fill

    async def shown(self, document: Gettable, refused: str = "") -> Shown:
        """See ``Credentials``."""
        return Shown(self._fill(document))

    def refused(self, reply: HttpReply) -> bool:
        """Never: there are no others."""
        return False


class Connection(msgspec.Struct, frozen=True):
    """How one inbox reaches the provider, and where it keeps its tokens."""

    http: Http
    tokens: Tokens


def credentials(auth: model.Auth, scope: Scope) -> Callable[[Connection], Credentials]:
    """Compiled for a channel; the result makes them for one inbox. ValueError."""
    if isinstance(auth, model.OAuth):
        compiled = _Grant(auth, scope)
        return lambda connection: OAuthTokens(compiled, connection)
    plain = Plain(COMPILERS[type(auth)](auth, scope))
    return lambda _: plain


def _basic(auth: model.BasicAuth, scope: Scope) -> Callable[[Gettable], dict[str, str]]:
    user, password = scope.template(auth.user), scope.template(auth.password)
    return lambda document: basic(user.text(document), password.text(document))


def _bearer(auth: model.BearerAuth, scope: Scope) -> Callable[[Gettable], dict[str, str]]:
    token = scope.template(auth.token)
    return lambda document: {"Authorization": f"Bearer {token.text(document)}"}


def _header(auth: model.HeaderAuth, scope: Scope) -> Callable[[Gettable], dict[str, str]]:
    value = scope.template(auth.value)
    return lambda document: {auth.name: value.text(document)}


def basic(user: str, password: str) -> dict[str, str]:
    """RFC 7617."""
    login = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {login}"}


COMPILERS: Mapping[type, Callable[[Any, Scope], Callable[[Gettable], dict[str, str]]]] = {
    model.NoAuth: lambda _auth, _scope: lambda _document: {},
    model.BasicAuth: _basic,
    model.BearerAuth: _bearer,
    model.HeaderAuth: _header,
}


class _Grant:
    """A compiled ``auth = { type = "oauth" }``."""

    def __init__(self, auth: model.OAuth, scope: Scope) -> None:
        self.auth = auth
        self.url = scope.template(auth.token_url)
        self.client_id = scope.template(auth.client_id)
        self.client_secret = scope.template(auth.client_secret)
        self.scope = scope.template(auth.scope)
        self.fields = scope.structure(auth.fields)
        answer = Scope(REPLY_NAMES, scope.functions)
        self.token = answer.expression(auth.token)
        self.expires = answer.expression(auth.expires)
        self.refused = answer.expression(auth.refused) if auth.refused else None


class OAuthTokens:
    """One inbox's tokens by client credentials (RFC 6749 section 4.4)."""

    def __init__(self, grant: _Grant, connection: Connection) -> None:
        self._grant = grant
        self._connection = connection

    async def shown(self, document: Gettable, refused: str = "") -> Shown:
        """See ``Credentials``."""
        grant, auth = self._grant, self._grant.auth
        # the settings, not what is made of them: an assertion is signed anew each time
        credentials = msgspec.json.encode(document.get("settings")).decode()
        name = named("oauth", grant.url.text(document), credentials)

        async def renew(_: Token | None) -> Token:
            return await self._fetch(document)

        token = await self._connection.tokens.get(name, renew, refused=refused)
        return Shown({auth.header: auth.prefix + token} if auth.header else {}, token)

    def refused(self, reply: HttpReply) -> bool:
        """By its status, or as the file says."""
        told = self._grant.refused
        if reply.status == UNAUTHORIZED or told is None:
            return reply.status == UNAUTHORIZED
        try:
            return holds(told(answer_document(reply)))
        except ValueError:
            return False

    async def _fetch(self, document: Gettable) -> Token:
        method, url, headers, body = _token_request(self._grant, document)
        try:
            reply = await self._connection.http.request(method, url, headers=headers, body=body)
        except (NotSent, LineBroken) as error:
            raise TokenUnavailable(f"no token: {error}") from error
        return _token(self._grant, reply)


def _token_request(grant: _Grant, document: Gettable) -> tuple[str, str, dict[str, str], bytes]:
    """Method, address, headers and body."""
    url = grant.url.text(document)
    id, secret = grant.client_id.text(document), grant.client_secret.text(document)
    fields: dict[str, Any] = {"grant_type": "client_credentials"}
    if scope := grant.scope.text(document):
        fields["scope"] = scope
    headers = {"Accept": "application/json"}
    if grant.auth.style == "basic":
        headers |= basic(id, secret)
    elif id:
        fields |= {"client_id": id, "client_secret": secret}
    fields |= grant.fields(document)
    if grant.auth.style == "json":
        kind = {"Content-Type": "application/json"}
        return "POST", url, headers | kind, msgspec.json.encode(fields)
    pairs = urlencode(fields, doseq=True)
    if grant.auth.style == "query":
        return "GET", f"{url}{'&' if '?' in url else '?'}{pairs}", headers, b""
    return "POST", url, headers | {"Content-Type": FORM}, pairs.encode()


def _token(grant: _Grant, reply: HttpReply) -> Token:
    answer = answer_document(reply)
    value = _text(grant.token(answer)) if reply.ok else ""
    if value:
        seconds = _text(grant.expires(answer))
        good_for = min(float(seconds), LONGEST_S) if _is_number(seconds) else USUAL_S
        return lasting(value, good_for, utc_now())
    words = f"{reply.status}: {reply.body[:200].decode('utf-8', 'replace')}"
    if reply.status in REFUSED:
        raise TokenRefused(f"no token: {words}")
    raise TokenUnavailable(f"no token: {words}")


def answer_document(reply: HttpReply, known: Mapping[str, Any] | None = None) -> Lazy:
    """A provider's answer as the document of ``success``, ``failures`` and the like."""
    media_type = reply.headers.get("content-type", "").lower()
    return Lazy(
        {**(known or {}), "status": reply.status, "headers": dict(reply.headers)},
        {
            "body": lambda: read_answer(reply.body, media_type),
            "text": lambda: reply.body.decode("utf-8", "replace"),
        },
    )


def _text(value: object) -> str:
    try:
        return as_text(value)
    except ValueError:
        return ""


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()


def filled_headers(templates: Mapping[str, Template], document: Gettable) -> dict[str, str]:
    """Header values on one line, whatever is in them; an empty one is left out."""
    found = {name: template.text(document) for name, template in templates.items()}
    return {name: " ".join(value.split("\n")).strip() for name, value in found.items() if value}
