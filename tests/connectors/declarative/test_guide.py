"""The guide for people who do not program: every example in it is read and compiled."""

import re
import tomllib
from pathlib import Path

import pytest

from connectors.check import check_channel
from connectors.declarative.functions import FUNCTION_NAMES
from connectors.declarative.model import ChannelFile, Event, Receive, Send
from connectors.errors import ManifestInvalid
from connectors.registry import Registry
from connectors.scaffold import scaffold_declarative
from tests.connectors.declarative.channels import declared

GUIDE = Path(__file__).parents[3] / "docs" / "channels" / "declarative.md"
TEXT = GUIDE.read_text()
BLOCK = re.compile(r"^```toml\n(.*?)^```", re.M | re.S)
IN_TABLE = re.compile(r"^\|.*\| `([^`]+ = [^`]+)` \|$", re.M)
HEAD = 'id = "acme"\nname = "Acme"\n'
RECEIVE = '[receive]\nsignature = { type = "none" }\n'
MESSAGE = '[[receive.events]]\nkind = "message"\nsender = "fields.from"\n'
SEND = '[send]\nurl = "https://api.example.com"\n'
# Where an example may belong; the rest of the file around it is whole.
PLACES = (
    HEAD + "[receive]\n",
    HEAD + RECEIVE,
    HEAD + RECEIVE + MESSAGE,
    HEAD + RECEIVE + '[[receive.events]]\nkind = "receipt"\nid = "fields.id"\n',
    HEAD + SEND,
    HEAD + "[limits]\n",
    HEAD,
    'id = "acme"\n',
    "",
    'name = "Acme"\n',
)


def examples():
    """Blocks; a block that says one thing several times over is as many examples."""
    for block in BLOCK.findall(TEXT):
        if "[[reply]]" in block or "[receive.request]" in block:
            continue
        try:
            tomllib.loads(block)
        except tomllib.TOMLDecodeError:
            yield from block.strip().splitlines()
        else:
            yield block
    yield from (found.replace("\\|", "|") for found in IN_TABLE.findall(TEXT))


def placed(example):
    """The example in each place where it may belong."""
    asked = sorted({*re.findall(r"settings\.(\w+)", example), "x"})
    settings = "".join(f"{name} = {{}}\n" for name in asked)
    tail = "" if "[settings]" in example else f"\n[settings]\n{settings}"
    said = {
        line.partition(" =")[0] for line in re.split(r"^\[", example, flags=re.M)[0].splitlines()
    }
    for start in PLACES:
        *before, last = re.split(r"^(?=\[)", start, flags=re.M)
        kept = [line for line in last.splitlines() if line.partition(" =")[0] not in said]
        yield "".join(before) + "\n".join((*kept, example, tail))


@pytest.mark.parametrize("example", list(examples()))
def test_every_example_is_good(tmp_path, example):
    faults = []
    for text in placed(example):
        try:
            declared(tmp_path, text)
        except ManifestInvalid as error:
            faults.append(str(error))
        else:
            return
    raise AssertionError("\n".join(faults))


async def test_the_steps_of_the_first_hour_end_in_a_good_channel(tmp_path):
    """What the guide says to replace, replaced in what `parley channel new` writes."""
    cases, receive, send, settings, rest = BLOCK.findall(TEXT)[:5]
    made, requests, _ = scaffold_declarative("acme_sms", tmp_path)
    head = made.read_text().partition("# Each setting")[0]
    made.write_text("\n".join((head, settings, receive, send)))
    kept = re.search(
        r'\[\[receive]]\nname = "a wrong token".*?(?=\[\[reply]])', requests.read_text(), re.S
    )
    assert kept
    top, _, replies = rest.partition("[[reply]]")
    requests.write_text("\n".join((top, cases, kept[0], "[[reply]]" + replies)))
    report = await check_channel(Registry.load(tmp_path), "acme_sms")
    assert [(one.name, one.why) for one in report.results if one.why] == []
    assert report.ok


def test_every_option_and_every_function_is_in_the_guide():
    for kind in (ChannelFile, Receive, Event, Send):
        for name in kind.__struct_fields__:
            assert re.search(rf"\b{name}\b", TEXT), (kind.__name__, name)
    own = {name for name in FUNCTION_NAMES if f"{name}(" in TEXT}
    from jmespath.functions import Functions

    missing = FUNCTION_NAMES - own - set(Functions.FUNCTION_TABLE)
    assert not missing
