"""What is wrong with a file is said with its line; what was in force stays in force."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from connectors.declarative.declared import Declared
from connectors.declarative.operator_files import OperatorFiles
from connectors.declarative.schema import channel_schema
from connectors.errors import ManifestInvalid
from connectors.registry import Registry
from tests.connectors.declarative.channels import declared

ROOT = Path(__file__).parents[3]
GOOD = """\
id = "acme"
name = "Acme"

[settings.secret]
secret = true
signs = true

[receive]
signature = { type = "hmac", header = "X-Sign", key = "{settings.secret}" }

[[receive.events]]
kind = "receipt"
when = "body.status"
id = "body.id"
state = "body.status"
states = { delivered = ["ok"] }

[[receive.events]]
kind = "message"
id = "body.id"
sender = "body.from"
text = "body.text"

[send]
url = "https://api.example.com/send"
json = { to = "{to}", text = "{text}" }

[send.success]
id = "body.id"
"""


@pytest.mark.parametrize(
    ("change", "line", "reason"),
    [
        (('id = "acme"', 'id = "Acme 1"'), 1, "regex"),
        (('name = "Acme"', "name = Acme"), 2, "no TOML: Invalid value"),
        (("secret = true", 'secret = "yes"'), 5, "wanted true or false, got a text"),
        (('type = "hmac"', 'type = "hmca"'), 9, "'hmca' is none of none, token, basic, hmac,"),
        (
            ('url = "https://api', 'method = "post"\nurl = "https://api'),
            25,
            "'post' is none of DELETE, GET,",
        ),
        (('text = "body.text"', 'text = "body.text"\ntime_format = "DD-MM"'), 18, "has no %Y"),
        (('header = "X-Sign", ', ""), 9, "one of header, query and field"),
        ((', key = "{settings.secret}"', ""), 9, "receive.signature: key is missing"),
        (("[send.success]\nid", "success"), 28, "send.success: wanted a table, got a text"),
        (('"{settings.secret}" }', '"{settings.secret}", algorithm = "sha257" }'), 9, "sha257"),
        (('kind = "receipt"', 'kind = "recept"'), 12, "'recept' is none of alert, call,"),
        (("delivered = [", "deliverd = ["), 11, "'deliverd' is none of sent, delivered"),
        (('sender = "body.from"', 'sender = "bdy.from"'), 21, "there is no 'bdy' here"),
        (
            ('sender = "body.from"', 'sendr = "body.from"'),
            21,
            "there is no 'sendr' here; perhaps 'sender'",
        ),
        (('sender = "body.from"', 'colour = "red"'), 21, "the guide lists what there is"),
        (('text = "body.text"', 'text = "body.text ="'), 22, "no expression"),
        (('text = "body.text"', 'text = "body.text"\ntime_zone = "Mars"'), 18, "no time zone"),
        (('"{text}"', '"{txt}"'), 26, "there is no 'txt' here"),
        (("json = {", 'text = "x"\njson = {'), 24, "one body, not json and text"),
        (('id = "body.id"\n', 'id = "bod.id"\n'), 14, "there is no 'bod' here"),
    ],
)
def test_a_fault_has_its_line_and_its_reason(tmp_path, change, line, reason):
    path = tmp_path / "channel.toml"
    assert change[0] in GOOD
    path.write_text(GOOD.replace(*change, 1))
    with pytest.raises(ManifestInvalid) as invalid:
        Declared(path).compiled  # noqa: B018 - compiled when asked for
    assert str(invalid.value).startswith(f"{path}:{line}: ")
    assert reason in str(invalid.value)


def test_a_good_file_shows_what_it_can(tmp_path):
    manifest = declared(tmp_path, GOOD).manifest
    assert manifest.capabilities == ("reply", "start", "retry_hints", "reauth")
    assert manifest.receipts == ("delivered",)
    assert not manifest.limits.files_by_link


def test_what_is_no_text_is_refused(tmp_path):
    path = tmp_path / "channel.toml"
    path.write_bytes(b'id = "a"\nname = "\xff"')
    with pytest.raises(ManifestInvalid, match=":2: not UTF-8"):
        Declared(path)


def files(folder):
    found = OperatorFiles(folder)
    found.refresh()
    return found


def test_files_and_folders_are_found_and_cases_are_no_channels(tmp_path):
    (tmp_path / "acme.toml").write_text(GOOD)
    (tmp_path / "acme.cases.toml").write_text("")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "channel.toml").write_text(GOOD.replace('"acme"', '"other"'))
    (tmp_path / "empty").mkdir()
    assert [one.manifest.id for one in files(tmp_path).channels.values()] == ["acme", "other"]


def test_a_bad_file_is_refused_and_the_old_version_stays_in_force(tmp_path):
    path = tmp_path / "acme.toml"
    path.write_text(GOOD)
    registry = Registry.load(tmp_path)
    assert (registry.manifest("acme").name, registry.revision("acme")) == ("Acme", 1)

    path.write_text(GOOD.replace('"body.from"', '"body.'))
    assert not registry.refresh()
    assert registry.manifest("acme").name == "Acme"
    assert [(one.kept, ":21:" in one.reason) for one in registry.faults] == [(True, True)]

    path.write_text(GOOD.replace("Acme", "Acme 2"))
    assert registry.refresh()
    assert (registry.manifest("acme").name, registry.revision("acme")) == ("Acme 2", 2)
    assert registry.faults == ()
    assert not registry.refresh()


def test_a_file_that_was_never_good_is_named(tmp_path):
    (tmp_path / "acme.toml").write_text("id = ")
    registry = Registry.load(tmp_path)
    assert not registry.knows("acme")
    assert [(one.kept, ":1:" in one.reason) for one in registry.faults] == [(False, True)]


def test_a_file_that_is_gone_for_a_moment_stays(tmp_path):
    path = tmp_path / "acme.toml"
    path.write_text(GOOD)
    registry = Registry.load(tmp_path)
    path.rename(tmp_path / "away")
    registry.refresh()
    assert registry.knows("acme")
    registry.refresh()
    assert not registry.knows("acme")


def test_an_id_belongs_to_one_channel(tmp_path):
    (tmp_path / "mine.toml").write_text(GOOD.replace('"acme"', '"email"'))
    registry = Registry.load(tmp_path)
    assert registry.manifest("email").name == "Email"
    assert "is taken" in registry.faults[0].reason


def test_a_folder_that_is_not_there_is_no_fault(tmp_path):
    assert Registry.load(tmp_path / "none").faults == ()


def test_reading_files_imports_nothing_heavy():
    code = (
        "import sys; from connectors.registry import Registry; Registry.load();"
        "print([m for m in ('jmespath', 'jwt', 'phonenumbers') if m in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.strip() == "[]"


def test_the_schema_for_editors_is_the_one_in_the_docs():
    path = ROOT / "docs" / "channels" / "channel.schema.json"
    assert path.read_text() == channel_schema(), f"parley channel schema > {path.relative_to(ROOT)}"


def test_the_schema_knows_the_places_of_the_file():
    names = msgspec.json.decode(channel_schema())["$defs"]
    assert {"ChannelFile", "Receive", "Event", "Send", "Hmac", "Jwt"} <= names.keys()


def test_a_file_that_takes_anothers_id_stays_what_it_was(tmp_path):
    path = tmp_path / "acme.toml"
    path.write_text(GOOD)
    registry = Registry.load(tmp_path)
    path.write_text(GOOD.replace('"acme"', '"twilio_sms"'))
    registry.refresh()
    assert registry.manifest("acme").name == "Acme"
    assert registry.manifest("twilio_sms").name == "Twilio SMS"
    assert [one.kept for one in registry.faults] == [True]
    path.write_text("id = ")
    registry.refresh()
    assert registry.manifest("acme").name == "Acme"
    path.write_text(GOOD.replace("Acme", "Acme 3"))
    registry.refresh()
    assert (registry.manifest("acme").name, registry.faults) == ("Acme 3", ())
