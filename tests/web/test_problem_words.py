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
# what an agent's page can be told: of what administrators and operators do it knows the kind
AGENTS = (
    "ticketing/amendments.py", "ticketing/handlers.py", "ticketing/agents.py",
    "ticketing/redaction.py", "ticketing/starting.py", "ticketing/links", "ticketing/merging",
    "ticketing/work", "ticketing/bulk", "ticketing/views", "ticketing/reading",
    "ticketing/preferences", "ticketing/assets/referred.py", "ticketing/catalogue/moving.py",
    "ticketing/catalogue/filling.py", "ticketing/catalogue/values.py",
    "ticketing/catalogue/beginning.py", "outbound",
)  # fmt: skip
# what carries a sentence, and which of its arguments that is
SAYING = {"Refused": 0, "Unfit": 0, "Invalid": 1, "CannotReply": 1, "ViewBroken": 1, "Window": None}


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


def _sentence(node: ast.expr) -> str:
    """With ``{}`` for what is filled in; "" for what is put together elsewhere."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_sentence(one) or "{}" for one in node.values)
    return ""


def _said(call: ast.Call) -> str:
    at = SAYING[_named(call)]
    named = {one.arg: one.value for one in call.keywords}
    if "reason" in named:
        return _sentence(named["reason"])
    return _sentence(call.args[at]) if at is not None and len(call.args) > at else ""


def sentences() -> set[str]:
    """Every sentence by which an agent's wish is refused."""
    found: set[str] = set()
    for place in AGENTS:
        path = ROOT / place
        for file in path.rglob("*.py") if path.is_dir() else [path]:
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Call) and _named(node) in SAYING:
                    found.add(_said(node).removesuffix(".{}").strip())
    return {one for one in found if one.replace("{}", "").strip()}


def test_every_sentence_that_refuses_an_agents_wish_has_chinese() -> None:
    known = {one.removesuffix(".") for one in json.loads((WORDS / "said.zh-CN.json").read_text())}
    assert {"There is nothing to send yet.", "between 1 and {} characters"} <= sentences()
    assert sorted({one.removesuffix(".") for one in sentences()} - known) == []


def test_no_hole_of_a_sentence_is_lost_or_made_up() -> None:
    """Each ``{1}`` of the Chinese is a ``{}`` of the English."""
    table: dict[str, str] = json.loads((WORDS / "said.zh-CN.json").read_text())
    for english, chinese in table.items():
        holes = english.count("{}")
        assert all(f"{{{at}}}" not in chinese for at in range(holes + 1, 10)), english
