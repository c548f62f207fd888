"""The page says every refusal of the server in both its languages."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway import problems

ROOT = Path(__file__).parents[2]
WORDS = ROOT / "web" / "src" / "i18n"
# what builds a problem, and which of its arguments is the kind
BUILDERS = {"Refused": 1, "build": 1}


def _named(call: ast.Call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def _kinds_in(tree: ast.AST) -> Iterator[str]:
    """The kinds that a module writes out."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or _named(node) not in BUILDERS:
            continue
        at = BUILDERS[_named(node)]
        kind = node.args[at] if len(node.args) > at else None
        if isinstance(kind, ast.Constant) and isinstance(kind.value, str):
            yield kind.value


def kinds() -> set[str]:
    """Every kind of problem that the edge can answer with."""
    found = {name for _, _, name in problems.STATUSES}
    found |= {title.lower().replace(" ", "-") for title in problems.TITLES.values()} | {"failed"}
    for path in (ROOT / "gateway").rglob("*.py"):
        found |= set(_kinds_in(ast.parse(path.read_text())))
    return found


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_kind_of_refusal_has_words(language: str) -> None:
    words = json.loads((WORDS / f"{language}.json").read_text())["problem"]
    assert {"refused", "cannot-reply", "not-found", "credentials"} <= kinds()
    assert sorted(kinds() - words.keys()) == []
