"""Canned replies as they are found and filled."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from normalizer.model import AgentId
from outbound.canned.model import CannedReply, CannedWish
from outbound.canned.policy import (
    checked,
    fill,
    first_name,
    fitting,
    keeper_of,
    scope_of,
    seen,
    team_of,
)
from outbound.texts import language_of
from ticketing.errors import Invalid, NotFound
from ticketing.permissions import Viewer

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def canned(id: str, name: str, shortcut: str = "", text: str = "words") -> CannedReply:
    return CannedReply(
        id=id,
        version=1,
        keeper="shared",
        name=name,
        shortcut=shortcut,
        texts={"en": text},
        created_at=NOW,
        updated_at=NOW,
        updated_by=AgentId("a"),
    )


def test_a_shortcut_fits_better_than_a_name_and_a_name_better_than_words() -> None:
    found = [
        canned("4", "Other", text="how to return a tent"),
        canned("3", "About a return"),
        canned("2", "Return label"),
        canned("1", "Money back", "return-money"),
        canned("0", "Send it back", "return"),
        canned("x", "Greeting", "hi"),
    ]
    assert [one.id for one in fitting(found, "/Return")] == ["0", "1", "2", "3", "4"]
    assert len(fitting(found, "")) == len(found)


def test_what_nobody_knows_stays_and_is_named() -> None:
    text = "Hello {{customer.first_name}}, {{ ticket.number }}: {{agent.name}} {{agent.name}}"
    filled = fill(text, {"ticket.number": "7", "agent.name": "", "customer.first_name": "Aiko"})
    assert filled.text == "Hello Aiko, 7: {{agent.name}} {{agent.name}}"
    assert filled.missing == ("agent.name",)


def test_a_value_brings_no_lines_and_no_blanks_of_its_own() -> None:
    filled = fill("Hi {{customer.name}}!", {"customer.name": "A\n\n{{agent.name}}"})
    assert filled.text == "Hi A {{agent.name}}!"
    assert filled.missing == ()


@pytest.mark.parametrize(
    ("name", "first"), [("Aiko Tanaka", "Aiko"), ("王小明", "王小明"), ("", "")]
)
def test_first_names(name: str, first: str) -> None:
    assert first_name(name) == first


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "  "}, "name"),
        ({"shortcut": "two words"}, "shortcut"),
        ({"texts": {}}, "texts"),
        ({"texts": {"en": " "}}, "texts"),
        ({"texts": {"en": "{{customer.shoe_size}}"}}, "texts"),
        ({"texts": {"not a tag": "x"}}, "texts"),
    ],
)
def test_what_cannot_be_kept_names_its_field(change: dict[str, object], field: str) -> None:
    good = {
        "scope": "personal",
        "team_id": "",
        "name": "Hi",
        "shortcut": "/hi",
        "texts": {"en": "Hello"},
    }
    assert checked(CannedWish(**good)).shortcut == "hi"  # type: ignore[arg-type]
    with pytest.raises(Invalid) as refused:
        checked(CannedWish(**(good | change)))  # type: ignore[arg-type]
    assert refused.value.field == field


def test_the_language_that_a_text_is_in_is_told() -> None:
    texts = {"en": "Hello", "zh-CN": "你好"}
    assert [language_of(texts, one) for one in ("zh", "de", "")] == ["zh-CN", "en", "en"]


def test_a_team_keeps_for_its_members_alone() -> None:
    wish = CannedWish(scope="team", team_id="t1", name="Hi", shortcut="", texts={"en": "x"})
    member, other = a_viewer(team_ids=frozenset({"t1"})), a_viewer()
    keeper = keeper_of(member, wish)
    kept = replace(canned("1", "Hi"), keeper=keeper)
    assert (scope_of(kept), team_of(kept)) == ("team", "t1")
    assert seen(member, kept, "1") is kept
    with pytest.raises(NotFound):
        seen(other, kept, "1")
    with pytest.raises(Invalid):
        keeper_of(other, wish)


def a_viewer(**known: object) -> Viewer:
    values = {"agent_id": AgentId("a"), "name": "A", "role": "agent", "inbox_ids": None}
    return Viewer(**(values | known))  # type: ignore[arg-type]
