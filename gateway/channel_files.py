"""The operator's channel files: read when a process starts, and again whenever one changes."""

import asyncio
import logging
from pathlib import Path

from config.settings import Settings
from connectors.declarative.declared import Declared
from connectors.registry import Installed, Registry

log = logging.getLogger(__name__)

LOOK_AGAIN_S = 3.0


async def follow_files(registry: Registry, every_s: float = LOOK_AGAIN_S) -> None:
    """Look at the folder every few seconds: one listing, and reading what changed. Ends by
    cancellation; a folder that cannot be read leaves everything in force as it is.
    """
    while True:
        await asyncio.sleep(every_s)
        try:
            if await asyncio.to_thread(registry.refresh):
                log.info("channels changed")
        except Exception:
            log.exception("the channel files cannot be looked at", extra={"loop": "channels"})


def registry_for(settings: Settings, name: str = "") -> tuple[Registry, str]:
    """All channels, and the id of the one called ``name``: which may also be the path of a
    channel.toml that is still being written. Raises ManifestInvalid.
    """
    if not name.endswith(".toml"):
        return Registry.load(settings.channels), name
    declared = Declared(Path(name))
    installed = Installed(
        manifest=declared.manifest, folder=declared.path.parent, declared=declared
    )
    return Registry([installed]), declared.manifest.id
