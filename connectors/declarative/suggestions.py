"""What a place of a channel.toml would take, for the words of a refusal."""

import difflib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import msgspec

from connectors.declarative import model
from connectors.declarative.lines import Path

Schema = Mapping[str, Any]


def choices_at(path: Path) -> tuple[str, ...]:
    """The words that may stand there; none where it is no choice."""
    found = (word for schema in _at(path) for word in schema.get("enum", ()))
    return tuple(dict.fromkeys(map(str, found)))


def name_like(path: Path) -> str:
    """The name that the last of ``path`` is meant to be, "" where nothing is like it."""
    *parent, name = path
    known = {one for schema in _at(tuple(parent)) for one in schema.get("properties", ())}
    return next(iter(difflib.get_close_matches(str(name), sorted(known), 1)), "")


@cache
def _root() -> Schema:
    found: Schema = msgspec.json.schema(model.ChannelFile)
    return found


def _at(path: Path) -> list[Schema]:
    schemas = list(_plain(_root()))
    for step in path:
        schemas = [inner for schema in schemas for inner in _inner(schema, step)]
    return schemas


def _inner(schema: Schema, step: str | int) -> Iterator[Schema]:
    if isinstance(step, int):
        found = schema.get("items")
    else:
        found = schema.get("properties", {}).get(step, schema.get("additionalProperties"))
    if isinstance(found, Mapping):
        yield from _plain(found)


def _plain(schema: Schema) -> Iterator[Schema]:
    """Without references and alternatives."""
    if "$ref" in schema:
        yield from _plain(_root()["$defs"][schema["$ref"].rpartition("/")[2]])
    elif "anyOf" in schema:
        for one in schema["anyOf"]:
            yield from _plain(one)
    else:
        yield schema
