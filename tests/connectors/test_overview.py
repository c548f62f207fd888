"""The documentation's table of channels. Whether it is current, scripts/check asks."""

from pathlib import Path

import pytest

from connectors.overview import START, channel_table, with_table
from connectors.registry import Registry

README = Path(__file__).parents[2] / "docs" / "channels" / "README.md"


def test_every_channel_has_its_line():
    registry = Registry.load()
    lines = channel_table(registry.installed(one.id) for one in registry.manifests()).splitlines()
    assert len(lines) == 2 + len(registry.manifests())
    [vonage] = [line for line in lines if "(../../connectors/channels/vonage/README.md)" in line]
    assert vonage.endswith("| webhook | silver | delivered, read, files in, files out | yes |")


def test_it_goes_between_the_marks_and_leaves_the_rest():
    text = README.read_text()
    changed = with_table(text, "| x |\n")
    assert changed.count("| x |") == 1
    assert changed.partition(START)[0] == text.partition(START)[0]
    with pytest.raises(ValueError, match="missing"):
        with_table("no marks", "table")
