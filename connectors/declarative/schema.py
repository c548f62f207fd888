"""The JSON Schema of channel.toml, from the types that check it: editors complete by it."""

from typing import Any

import msgspec

from connectors.declarative.model import ChannelFile


def channel_schema() -> str:
    """JSON Schema 2020-12, indented, with a line end."""
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "channel.toml",
        **msgspec.json.schema(ChannelFile),
    }
    return msgspec.json.format(msgspec.json.encode(schema), indent=1).decode() + "\n"
