"""Templates: ``{expression}`` takes a value, everything else stands as it is.

A template that is one expression and nothing else keeps the value's kind (a number, a list); any
other becomes text. ``{{`` and ``}}`` stand for braces. In tables, a name that ends with ``?`` is
left out when its value is empty; what is null is always left out.
"""

from collections.abc import Callable, Collection

from connectors.declarative.expressions import Expression, ExpressionInvalid, Gettable
from connectors.declarative.functions import Functions
from connectors.declarative.texts import Value, as_text

Part = str | Expression
Filled = Callable[[Gettable], Value]
QUOTES = {"'", '"', "`"}
EMPTY: tuple[object, ...] = (None, "", [], {})


class Scope:
    """Which names expressions of one place may use, and the channel's functions."""

    def __init__(self, names: Collection[str], functions: Functions) -> None:
        self.names = names
        self.functions = functions

    def expression(self, source: str) -> Expression:
        """Compiled; ValueError."""
        return Expression(source, self.names, self.functions)

    def template(self, source: str) -> "Template":
        """Compiled; ValueError."""
        return Template(source, self)

    def structure(self, value: Value) -> Filled:
        """A table, list or text with templates in it. ValueError."""
        if isinstance(value, str):
            return self.template(value).value
        if isinstance(value, dict):
            return _table({name: self.structure(one) for name, one in value.items()})
        if isinstance(value, list):
            return _list([self.structure(one) for one in value])
        return lambda _: value


class Template:
    """One compiled template."""

    def __init__(self, source: str, scope: Scope) -> None:
        self.source = source
        self.parts = tuple(
            scope.expression(text) if inside else text for inside, text in _cut(source)
        )

    @property
    def roots(self) -> frozenset[str]:
        """Names of the document that are used."""
        return frozenset().union(*(p.roots for p in self.parts if isinstance(p, Expression)))

    def value(self, document: Gettable) -> Value:
        """The value of a lone expression as it is, else text."""
        if len(self.parts) == 1 and isinstance(self.parts[0], Expression):
            return self.parts[0](document)
        return self.text(document)

    def text(self, document: Gettable, escape: Callable[[str], str] = str) -> str:
        """As text; ``escape`` is applied to what expressions gave. ValueError."""
        return "".join(
            part if isinstance(part, str) else escape(as_text(part(document)))
            for part in self.parts
        )

    def bytes(self, document: Gettable) -> bytes:
        """As bytes: what is text in UTF-8, what is bytes as it is. ValueError."""
        found = (part if isinstance(part, str) else part(document) for part in self.parts)
        return b"".join(
            one if isinstance(one, bytes) else as_text(one).encode("utf-8", "backslashreplace")
            for one in found
        )


def _table(filled: dict[str, Filled]) -> Filled:
    def fill(document: Gettable) -> dict[str, Value]:
        made: dict[str, Value] = {}
        for name, one in filled.items():
            value = one(document)
            if value is not None and not (name.endswith("?") and value in EMPTY):
                made[name.removesuffix("?")] = value
        return made

    return fill


def _list(filled: list[Filled]) -> Filled:
    def fill(document: Gettable) -> list[Value]:
        return [value for one in filled if (value := one(document)) is not None]

    return fill


def _cut(source: str) -> list[tuple[bool, str]]:
    """(False, text) and (True, expression) in their order."""
    found: list[tuple[bool, str]] = []
    text, at = "", 0
    while at < len(source):
        if source[at : at + 2] in {"{{", "}}"}:
            text, at = text + source[at], at + 2
        elif source[at] == "{":
            end = _closing(source, at)
            found += [(False, text), (True, source[at + 1 : end])]
            text, at = "", end + 1
        else:
            text, at = text + source[at], at + 1
    return [(inside, one) for inside, one in (*found, (False, text)) if one or inside]


def _closing(source: str, start: int) -> int:
    """Where the brace at ``start`` closes; braces inside and quoted text are passed over."""
    depth, quote = 0, ""
    for at in range(start, len(source)):
        char = source[at]
        if quote:
            quote = "" if char == quote and source[at - 1] != "\\" else quote
        elif char in QUOTES:
            quote = char
        else:
            depth += {"{": 1, "}": -1}.get(char, 0)
            if depth == 0:
                return at
    raise ExpressionInvalid(
        source, f"{source!r}: a brace is opened and never closed (write {{{{ for a brace)"
    )
