"""Pictures of how an inbox is set up say what its form says."""

from xml.etree import ElementTree

import pytest

from connectors.registry import Registry
from connectors.setup_picture import setup_picture

REGISTRY = Registry.load()
PICTURED = [
    one.id
    for one in REGISTRY.manifests()
    if (REGISTRY.installed(one.id).folder / "setup.svg").is_file()
]


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
