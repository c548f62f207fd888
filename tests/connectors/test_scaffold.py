"""A new channel's folder passes its own cases before a line of it is changed."""

import subprocess
import sys
from pathlib import Path

import pytest

from connectors.check import check_channel
from connectors.errors import ManifestInvalid
from connectors.manifest import load_manifest
from connectors.registry import Installed, Registry
from connectors.scaffold import scaffold_code, scaffold_declarative

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    scaffold_code("carrier_pigeon", tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path / "carrier_pigeon"
    for name in [name for name in sys.modules if name.startswith("carrier_pigeon")]:
        del sys.modules[name]


async def test_it_earns_the_tier_it_claims(folder):
    manifest = load_manifest(folder / "manifest.toml")
    registry = Registry([Installed(manifest=manifest, folder=folder, package="carrier_pigeon")])
    report = await check_channel(registry, "carrier_pigeon")
    assert [result.why for result in report.results if result.why] == []
    assert report.ok


async def test_a_spoilt_channel_does_not(folder):
    connector = folder / "connector.py"
    spoilt = connector.read_text().replace('raise Unauthentic("X-Sig', 'print("X-Sig')
    connector.write_text(spoilt)
    manifest = load_manifest(folder / "manifest.toml")
    registry = Registry([Installed(manifest=manifest, folder=folder, package="carrier_pigeon")])
    report = await check_channel(registry, "carrier_pigeon")
    assert not report.ok
    assert report.missing == ("signature",)


def test_it_meets_the_rules_of_the_house(folder):
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "ruff",
                *command,
                "--config",
                str(ROOT / "pyproject.toml"),
                str(folder),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["Big", "with-dash", "1st", "", "../up"])
def test_names_that_cannot_be_modules_are_refused(tmp_path, name):
    with pytest.raises(ManifestInvalid):
        scaffold_code(name, tmp_path)


def test_an_existing_channel_is_not_overwritten(folder):
    with pytest.raises(FileExistsError):
        scaffold_code("carrier_pigeon", folder.parent)


async def test_a_channel_without_code_earns_the_tier_it_claims(tmp_path):
    scaffold_declarative("carrier_pigeon", tmp_path)
    assert (tmp_path / "carrier_pigeon" / "channel.schema.json").is_file()
    registry = Registry.load(tmp_path)
    report = await check_channel(registry, "carrier_pigeon")
    assert [result.why for result in report.results if result.why] == []
    assert report.ok
