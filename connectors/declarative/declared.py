"""A channel that is a file: read at once, compiled when an inbox first needs it."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from connectors.contract import Account, Connector
from connectors.declarative.loading import load_file
from connectors.declarative.manifest import manifest_of
from connectors.http import Http
from connectors.manifest import Manifest

if TYPE_CHECKING:
    from connectors.declarative.compiling import Compiled


class Declared:
    """One channel.toml. Making it raises ManifestInvalid for what is seen without compiling."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read = load_file(path)
        self.manifest: Manifest = manifest_of(self._read.file)

    @cached_property
    def compiled(self) -> "Compiled":
        """Everything checked. Raises ManifestInvalid with file and line."""
        return self._read.compile()

    def settings_type(self) -> type[msgspec.Struct]:
        """See ``Registry.settings_type``."""
        return self.compiled.settings_type

    def connect(self, account: Account, http: Http) -> Connector:
        """See ``Registry.connect``."""
        from connectors.declarative.connector import connect

        return connect(self.compiled, account, http)
