"""Makes small pictures, one at a time: a picture of many pixels takes memory and a core."""

import asyncio
from datetime import datetime

from gateway.pictures.apart import shrunk_apart
from gateway.pictures.store import ThumbnailStore
from storage.blobs import Blobs
from storage.errors import BlobMissing, BlobTooLarge

LARGEST = 25_000_000


class Thumbnails:
    """One for each process."""

    def __init__(self, store: ThumbnailStore, blobs: Blobs) -> None:
        self._store = store
        self._blobs = blobs
        self._alone = asyncio.Lock()

    async def of(self, sha256: str, now: datetime) -> bytes:
        """A WebP; empty when the blob is no picture, too large, or gone."""
        known = await self._store.get(sha256)
        if known is not None:
            return known.data
        async with self._alone:
            known = await self._store.get(sha256)
            return known.data if known is not None else await self._made(sha256, now)

    async def _made(self, sha256: str, now: datetime) -> bytes:
        try:
            content = await self._blobs.read(sha256, LARGEST)
        except BlobMissing:
            return b""
        except BlobTooLarge:
            content = b""
        data = (await shrunk_apart(content) or b"") if content else b""
        await self._store.keep(sha256, data, now)
        return data
