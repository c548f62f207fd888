"""A configuration moves to another site whole, and says before what it would change."""

import re

import msgspec
import pytest

from gateway.commands.moving import NoBundle, read_bundle, written
from ticketing.catalogue.model import Category, Field, Form, FormField, Option, State, TicketType
from ticketing.portable.diff import steps
from ticketing.portable.model import (
    Bundle,
    PortableReply,
    PortableRole,
    PortableTeam,
    PortableView,
)
from ticketing.views.model import ME, Contains, OneOf

EN = {"en": "Serial number", "zh-CN": "序列号"}
SERIAL = Field(id="serial", names=EN, kind="text", pattern="[A-Z]{2}[0-9]{6}", max_length=8)
SIZE = Field(
    id="size",
    names={"en": "Size"},
    kind="choice",
    options=(Option(id="s", names={"en": "S"}), Option(id="l", names={"en": "L"}, retired=True)),
)
FORM = Form(id="repair", names={"en": "Repair"}, fields=(FormField(field="serial", required=True),))
REPAIR = TicketType(
    id="repair",
    names={"en": "Repair", "zh-CN": "维修"},
    states=(State(id="in-shop", names={"en": "In the shop"}, category="held"),),
    form_id="repair",
)
BUNDLE = Bundle(
    fields=(SERIAL, SIZE),
    forms=(FORM,),
    types=(REPAIR,),
    categories=(
        Category(id="boots", names={"en": "Boots"}, parent_id="shoes"),
        Category(id="shoes", names={"en": "Shoes"}),
    ),
    roles=(PortableRole(id="repairers", name="Repairers", permissions=("read", "note")),),
    views=(
        PortableView(
            id="my-repairs",
            name="My repairs",
            reach="shared",
            all_of=(
                OneOf(field="assignee", values=(ME,)),
                OneOf(field="fields.size", values=("s",)),
                Contains(field="subject", text="boot"),
            ),
            columns=("subject", "fields.serial"),
        ),
    ),
    teams=(PortableTeam(id="shop", name="Workshop", members=("mira@halden.example",)),),
    canned=(
        PortableReply(
            id="ready",
            name="Ready",
            shortcut="ready",
            team_id="shop",
            texts={"en": "It is ready, {{customer.first_name}}.", "zh-CN": "已修好。"},
        ),
        PortableReply(id="thanks", name="Thanks", texts={"en": "Thank you."}),
    ),
)


def test_yaml_says_the_same_again():
    text = written(BUNDLE)
    assert read_bundle(text) == BUNDLE
    assert "序列号" in text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("parley_config: 2", "$.parley_config"),
        ("fields: [{id: a, names: {en: A}, kind: colour}]", "$.fields[0].kind"),
        ("fields: [{id: a, type: field, names: {en: A}, kind: text}]\nnothing: 1", "nothing"),
        ("a: &a [1]\nb: [*a, *a]", "anchors"),
        ("{", "not YAML"),
        ("just words", "object"),
    ],
)
def test_what_cannot_be_read_names_the_place(text, why):
    with pytest.raises(NoBundle, match=re.escape(why)):
        read_bundle(text)


def test_the_difference_names_what_and_how():
    shorter = msgspec.structs.replace(SERIAL, max_length=6)
    here = msgspec.structs.replace(BUNDLE, fields=(shorter,), forms=())
    wanted = msgspec.structs.replace(BUNDLE, roles=())
    told = [(one.deed, one.part, one.id) for one in steps(here, wanted)]
    assert told == [
        ("change", "field", "serial"),
        ("add", "field", "size"),
        ("add", "form", "repair"),
        ("only_here", "role", "repairers"),
    ]
    assert steps(here, wanted)[0].changes == (("max_length", "6", "8"),)
    assert steps(BUNDLE, BUNDLE) == ()


def test_parents_stand_before_their_children():
    order = [one.id for one in BUNDLE.contents if isinstance(one, Category)]
    assert order == ["shoes", "boots"]
