"""Small pictures by the SHA-256 of the large one; they go after a season and are made anew."""

from datetime import datetime, timedelta

import msgspec

from storage.migrations import Index
from storage.mongo import Mongo

KEPT = timedelta(days=90)

INDEXES = (
    Index(collection="thumbnails", keys=(("expires_at", 1),), name="expiry", expire_after_s=0),
)


class Thumbnail(msgspec.Struct, frozen=True, kw_only=True):
    """``data`` empty: the picture cannot be read."""

    id: str = msgspec.field(name="_id")
    data: bytes
    expires_at: datetime


class ThumbnailStore:
    """One read, one write."""

    def __init__(self, mongo: Mongo) -> None:
        self._thumbnails = mongo.collection("thumbnails", Thumbnail)

    async def get(self, sha256: str) -> Thumbnail | None:
        """What was made before."""
        return await self._thumbnails.get(sha256)

    async def keep(self, sha256: str, data: bytes, now: datetime) -> None:
        """Two who make the same at once make the same."""
        made = Thumbnail(id=sha256, data=data, expires_at=now + KEPT)
        await self._thumbnails.replace_many([made])
