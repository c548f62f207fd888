"""JMESPath as a channel.toml writes it: compiled and checked once, run for every request.

Three conveniences over the standard (jmespath.org): names may hold hyphens (``headers.x-id``);
numbers, ``true``, ``false`` and ``null`` need no backticks (``status == 200``); ``!a.b`` is "no b".
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Protocol

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.visitor import Options, TreeInterpreter
from msgspec import DecodeError

from connectors.declarative.functions import FUNCTION_NAMES, Functions
from connectors.declarative.texts import Value

# Standard texts, names and literals are passed over; the rest is what the conveniences rewrite.
TOKENS = re.compile(
    r"""(?P<kept>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`)"""
    r"""|(?P<literal>(?<![\w.])(?:true|false|null)(?![\w(]))"""
    r"""|(?P<name>[A-Za-z_]\w*(?:-\w+)*)"""
    r"""|(?P<number>(?<![\w\[:])(?<![\[:]-)-?\d+(?:\.\d+)?(?!\w))"""
)
# Children of these nodes after the first see what the first found, not the document.
LEFT_FIRST = {"subexpression", "index_expression", "projection", "value_projection"}
LEFT_FIRST |= {"filter_projection", "pipe"}
INNER = {"expref"}
BELOW = 2  # where the name below a name stands in a path
# What functions raise for values that they cannot work with.
UNFIT = (JMESPathError, TypeError, OverflowError, OSError, RecursionError, re.error, DecodeError)


class Gettable(Protocol):
    """A mapping, as far as expressions need it."""

    def get(self, name: str, /) -> Value:
        """None for what is not there."""


class ExpressionInvalid(ValueError):
    """What is wrong with ``source``, in words for people."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(reason)
        self.source = source


class Expression:
    """One compiled expression. Making it raises ExpressionInvalid."""

    def __init__(self, source: str, names: Collection[str], functions: Functions) -> None:
        self.source = source
        tree = _parsed(source)
        self.roots = frozenset(_roots(tree))
        _check(source, tree, names, functions)
        self._tree = tree
        self._interpreter = TreeInterpreter(Options(custom_functions=functions))
        self._path = _plain_path(tree)

    def __call__(self, document: Gettable) -> Value:
        """What it finds in ``document``, or None. Raises ValueError."""
        if self._path:
            return _walk(self._path, document)
        try:
            return self._interpreter.visit(self._tree, document)
        except UNFIT as error:
            raise ValueError(f"{self.source}: {_first_line(error)}") from error


def dialect(source: str) -> str:
    """The source as standard JMESPath."""
    return TOKENS.sub(_standard, source)


def _standard(found: re.Match[str]) -> str:
    text = found[0]
    if found["kept"]:
        return text
    if found["name"]:
        return f'"{text}"' if "-" in text else text
    return f"`{text}`"


def _parsed(source: str) -> Mapping[str, Value]:
    if not source.strip():
        raise ExpressionInvalid(source, "the expression is empty")
    try:
        tree = _lifted(jmespath.compile(dialect(source)).parsed)
    except JMESPathError as error:
        reason = _first_line(error).removeprefix("Bad jmespath expression: ")
        hint = "; text stands between single quotes, two values are compared with =="
        raise ExpressionInvalid(source, f"{source!r} is no expression: {reason}{hint}") from error
    return tree


def _lifted(node: Mapping[str, Value]) -> Mapping[str, Value]:
    """``!a.b`` as "not a.b": the library reads it as the "b" of "not a", which nobody means."""
    children = [_lifted(one) if isinstance(one, dict) else one for one in node["children"]]
    first = children[0] if children else None
    if node["type"] in LEFT_FIRST and isinstance(first, dict) and first["type"] == "not_expression":
        inner = {**node, "children": [*first["children"], *children[1:]]}
        return {**first, "children": [_lifted(inner)]}
    return {**node, "children": children}


def _check(
    source: str, tree: Mapping[str, Value], names: Collection[str], functions: Functions
) -> None:
    """Every name is one that is known here."""
    unknown = sorted(set(_roots(tree)) - set(names))
    if unknown:
        raise ExpressionInvalid(
            source,
            f"there is no {unknown[0]!r} here; there are {', '.join(sorted(names))}"
            " (text stands between single quotes)",
        )
    for call in _calls(tree):
        reason = _call_fault(call, functions)
        if reason:
            raise ExpressionInvalid(source, reason)
    for name in _asked_of("headers", tree):
        if name != name.lower():
            raise ExpressionInvalid(source, f"header names are small letters: {name.lower()!r}")
    for name, inner in _asked_within("fields", tree):
        reason = f'fields are plain: {name!r} holds no {inner!r}; write fields."{name}.{inner}"'
        raise ExpressionInvalid(source, f"{reason}, or body.{name}.{inner} for JSON and XML")
    for name in _asked_of("settings", tree):
        if name not in functions.settings:
            there = ", ".join(sorted(functions.settings)) or "none"
            raise ExpressionInvalid(source, f"there is no setting {name!r}; there are {there}")


def _call_fault(call: Mapping[str, Value], functions: Functions) -> str:
    """What is wrong with a call before it is made, or ""."""
    name, given = call["value"], call["children"]
    if name not in FUNCTION_NAMES:
        return f"there is no function {name!r}; the guide lists them"
    asked = Functions.FUNCTION_TABLE[name]["signature"]
    many = bool(asked) and asked[-1].get("variadic", False)
    if len(given) < len(asked) or (len(given) > len(asked) and not many):
        return f"{name}() takes {len(asked)} values{' or more' if many else ''}, not {len(given)}"
    if (
        name == "lookup"
        and given[0]["type"] == "literal"
        and given[0]["value"] not in functions.maps
    ):
        return f"there is no [maps.{given[0]['value']}]"
    return ""


def _asked_of(root: str, node: Mapping[str, Value]) -> Iterator[str]:
    """The names ``x`` of ``root.x``, wherever in the expression."""
    children = [child for child in node["children"] if isinstance(child, dict)]
    is_path = node["type"] == "subexpression" and children[1]["type"] == "field"
    if is_path and children[0].get("value") == root:
        yield children[1]["value"]
    for child in children:
        yield from _asked_of(root, child)


def _asked_within(root: str, node: Mapping[str, Value]) -> Iterator[tuple[str, str]]:
    """The names ``x`` and ``y`` of ``root.x.y``, wherever in the expression."""
    children = [child for child in node["children"] if isinstance(child, dict)]
    is_path = node["type"] == "subexpression" and all(one["type"] == "field" for one in children)
    if is_path and len(children) > BELOW and children[0]["value"] == root:
        yield children[1]["value"], children[BELOW]["value"]
    for child in children:
        yield from _asked_within(root, child)


def _roots(node: Mapping[str, Value]) -> Iterator[str]:
    """Names that are looked up in the document itself."""
    if node["type"] == "field":
        yield node["value"]
    if node["type"] in INNER:
        return
    children = [child for child in node["children"] if isinstance(child, dict)]
    for child in children[:1] if node["type"] in LEFT_FIRST else children:
        yield from _roots(child)


def _calls(node: Mapping[str, Value]) -> Iterator[Mapping[str, Value]]:
    if node["type"] == "function_expression":
        yield node
    for child in node["children"]:
        if isinstance(child, dict):
            yield from _calls(child)


def _plain_path(tree: Mapping[str, Value]) -> tuple[str, ...]:
    """``a.b.c`` as names: by far the most expressions, and worth a short way."""
    nodes = tree["children"] if tree["type"] == "subexpression" else [tree]
    if all(node["type"] == "field" for node in nodes):
        return tuple(node["value"] for node in nodes)
    return ()


def _walk(path: tuple[str, ...], document: Gettable) -> Value:
    value: Value = document.get(path[0])
    for name in path[1:]:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def _first_line(error: BaseException) -> str:
    return str(error).partition(", for expression:")[0].partition("\n")[0].rstrip(":")
