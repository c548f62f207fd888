"""Embedded stores that a test run owns."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.embedded import EmbeddedStores


@contextmanager
def running_stores(data_dir: Path) -> Iterator[EmbeddedStores]:
    """Both servers (``.mongo_url``, ``.redis_url``); unsupervised, so a death is seen."""
    embedded = EmbeddedStores(data_dir)
    asyncio.run(embedded.start(supervised=False))
    try:
        yield embedded
    finally:
        for child in embedded.children.values():
            child.kill()  # nothing of it is kept: no need to wait for a clean end
        asyncio.run(embedded.stop())
