"""Where the stores of a running Parley are: for commands that come from another terminal."""

import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from config.settings import Settings
from storage.embedded import EmbeddedStores
from storage.errors import DirectoryInUse

FILE = "endpoints.toml"


def publish(data: Path, settings: Settings) -> None:
    """Write down the URLs, and the demo's hosts; readable by the owner alone."""
    path = data / FILE
    path.touch(mode=0o600)
    path.write_text(
        f'mongo_url = "{settings.mongo_url}"\nredis_url = "{settings.redis_url}"\n'
        f'public_url = "{settings.public_url}"\n'
        f"egress_allow = {list(settings.egress_allow)}\n"
    )


@asynccontextmanager
async def reachable(settings: Settings) -> AsyncIterator[Settings]:
    """Settings with the URLs of stores that answer: configured, running, or started for us."""
    if settings.mongo_url and settings.redis_url:
        yield settings
        return
    stores = EmbeddedStores(settings.data, lock_wait=0.5)
    try:
        mongo_url, redis_url = await stores.start()
    except DirectoryInUse:
        kept = tomllib.loads((settings.data / FILE).read_text())
        allowed = tuple(kept.pop("egress_allow", settings.egress_allow))
        yield msgspec.structs.replace(settings, **kept, egress_allow=allowed)
        return
    try:
        yield with_stores(settings, mongo_url, redis_url)
    finally:
        await stores.stop()


def with_stores(settings: Settings, mongo_url: str, redis_url: str) -> Settings:
    """Configured URLs win over the embedded ones."""
    return msgspec.structs.replace(
        settings,
        mongo_url=settings.mongo_url or mongo_url,
        redis_url=settings.redis_url or redis_url,
    )
