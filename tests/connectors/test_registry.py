"""Channels are found without being imported, beside us and in other distributions."""

import subprocess
import sys

import pytest

from connectors.contract import Account, InboxId
from connectors.errors import ManifestInvalid, SettingsInvalid, UnknownChannel
from connectors.manifest import load_manifest
from connectors.registry import Registry

MANIFEST = """
id = "pigeon"
name = "Carrier pigeon"
family = "pigeon"
transports = ["webhook"]
tier = "bronze"
docs = "README.md"
"""

CONNECTOR = """
import msgspec

class Settings(msgspec.Struct, frozen=True, kw_only=True):
    loft: str

def connect(account, http):
    return (account, http)
"""


@pytest.fixture
def pigeon(tmp_path, monkeypatch):
    """A third party's distribution, as pip would lay it out."""
    package = tmp_path / "parley_pigeon"
    package.mkdir()
    (package / "manifest.toml").write_text(MANIFEST)
    (package / "connector.py").write_text(CONNECTOR)
    (package / "__init__.py").write_text("")
    info = tmp_path / "parley_pigeon-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: parley-pigeon\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[parley.channels]\npigeon = parley_pigeon\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield package
    sys.modules.pop("parley_pigeon", None)
    sys.modules.pop("parley_pigeon.connector", None)


def test_reading_the_manifests_imports_no_channel():
    code = (
        "import sys; from connectors.registry import Registry; Registry.load();"
        "print([m for m in sys.modules if m.startswith('connectors.channels.')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_third_party_channel_is_found_before_it_is_imported(pigeon):
    registry = Registry.load()
    assert registry.manifest("pigeon").name == "Carrier pigeon"
    assert "parley_pigeon.connector" not in sys.modules
    settings = registry.parse_settings("pigeon", {"loft": "north"})
    account = Account(
        inbox_id=InboxId("i"), channel="pigeon", name="", address="", hook_url="", settings=settings
    )
    assert registry.connect(account, None) == (account, None)
    assert [f.name for f in registry.setting_fields("pigeon")] == ["loft"]
    with pytest.raises(SettingsInvalid, match="'loft': is required"):
        registry.parse_settings("pigeon", {})


def test_two_channels_may_not_share_an_id(pigeon):
    (pigeon / "manifest.toml").write_text(MANIFEST)
    one = Registry.load().installed("pigeon")
    twin = type(one)(manifest=one.manifest, folder=one.folder.parent, package="twin")
    with pytest.raises(ManifestInvalid, match="claimed by"):
        Registry([one, twin])


def test_an_unknown_channel_says_where_to_look():
    with pytest.raises(UnknownChannel, match="channel list"):
        Registry([]).settings_type("smoke")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("tier", "teir"), "teir"),
        (('"bronze"', '"lead"'), "tier"),
        (('["webhook"]', '["owl"]'), "transports"),
        (('"pigeon"', '"Pi geon"'), "lower case"),
        (("=", "= ="), "Invalid"),
    ],
)
def test_a_wrong_manifest_names_file_and_field(tmp_path, change, reason):
    path = tmp_path / "manifest.toml"
    path.write_text(MANIFEST.replace(*change))
    with pytest.raises(ManifestInvalid, match=reason) as invalid:
        load_manifest(path)
    assert str(path) in str(invalid.value)


def test_a_missing_manifest_is_named(tmp_path):
    with pytest.raises(ManifestInvalid, match="there is no such file"):
        load_manifest(tmp_path / "manifest.toml")
