"""Pictures of how an inbox is set up say what its form says."""

from xml.etree import ElementTree

import pytest

from connectors.registry import Registry
from connectors.setup_picture import setup_picture

REGISTRY = Registry.load()
DRAWN_HERE = "<title>Setting up "  # others have drawn more than the form shows


def _drawn(channel):
    path = REGISTRY.installed(channel).folder / "setup.svg"
    return path.is_file() and DRAWN_HERE in path.read_text()


PICTURED = [one.id for one in REGISTRY.manifests() if _drawn(one.id)]


def test_there_are_pictures():
    assert len(PICTURED) >= 10


@pytest.mark.parametrize("channel", PICTURED)
def test_it_is_current_and_shown_in_the_instructions(channel):
    """`parley channel picture NAME` draws it anew."""
    folder = REGISTRY.installed(channel).folder
    drawn = setup_picture(REGISTRY.manifest(channel), REGISTRY.setting_fields(channel))
    assert (folder / "setup.svg").read_text() == drawn
    assert "](setup.svg)" in (folder / "README.md").read_text()


@pytest.mark.parametrize("channel", [one.id for one in REGISTRY.manifests()])
def test_every_required_value_is_in_it(channel):
    fields = REGISTRY.setting_fields(channel)
    drawn = setup_picture(REGISTRY.manifest(channel), fields)
    root = ElementTree.fromstring(drawn)  # noqa: S314 - our own
    words = [element.text for element in root.iter() if element.text]
    assert all(field.title in words for field in fields if field.required)
