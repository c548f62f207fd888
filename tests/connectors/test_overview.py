"""The documentation's table says what the manifests say."""

from pathlib import Path

import pytest

from connectors.overview import channel_table, with_table
from connectors.registry import Registry

README = Path(__file__).parents[2] / "docs" / "channels" / "README.md"


def test_the_table_of_channels_is_current():
    registry = Registry.load()
    table = channel_table(registry.installed(one.id) for one in registry.manifests())
    assert README.read_text() == with_table(README.read_text(), table), "parley channel table"


def test_marks_are_needed():
    with pytest.raises(ValueError, match="missing"):
        with_table("no marks", "table")
