"""What a provider hears from us: acknowledgements and handshakes."""

import msgspec

from connectors.contract import WebhookResponse
from connectors.declarative import model
from connectors.declarative.auth import filled_headers
from connectors.declarative.documents import Lazy
from connectors.declarative.expressions import Expression
from connectors.declarative.reading import holds
from connectors.declarative.templates import Scope
from connectors.errors import Malformed


class Reply:
    """A compiled answer."""

    def __init__(self, answer: model.Answer, scope: Scope) -> None:
        if answer.json is not None and answer.body:
            raise ValueError("an answer has body or json, not both")
        self._status = answer.status
        self._body = scope.template(answer.body)
        self._json = scope.structure(answer.json) if answer.json is not None else None
        self._headers = {name: scope.template(text) for name, text in answer.headers.items()}
        usual = "application/json" if self._json else "text/plain; charset=utf-8"
        self._type = answer.content_type or usual

    def answer(self, document: Lazy, *, lenient: bool = False) -> WebhookResponse:
        """The exact bytes. ValueError, unless ``lenient``."""
        try:
            body, headers = self._content(document), filled_headers(self._headers, document)
        except (ValueError, Malformed):
            if not lenient:
                raise
            body, headers = b"", {}
        kind = {"content-type": self._type} if body else {}
        return WebhookResponse(status=self._status, body=body, headers={**kind, **headers})

    def _content(self, document: Lazy) -> bytes:
        if self._json is not None:
            return msgspec.json.encode(self._json(document))
        return self._body.bytes(document)


class Greeting(Reply):
    """A compiled handshake."""

    def __init__(self, handshake: model.Handshake, scope: Scope) -> None:
        super().__init__(handshake, scope)
        self._when: Expression = scope.expression(handshake.when)
        self.unsigned = handshake.unsigned

    def fits(self, document: Lazy) -> bool:
        """Whether this request is the question."""
        try:
            return holds(self._when(document))
        except (ValueError, Malformed):
            return False
