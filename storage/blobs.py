"""Content-addressed bytes: what has the same SHA-256 is stored once.

Small content lies in its own document (one write), large content in GridFS. A blob is written and
synced before the transaction that refers to it, and kept by ``touch`` inside that transaction; or
it is small and written by that transaction itself (``keep``). What no transaction ever kept is
collected after a day.
"""

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import NewType

from bson.objectid import ObjectId
from gridfs import NoFile
from gridfs.asynchronous import AsyncGridFSBucket
from msgspec import Struct, field
from pymongo.errors import BulkWriteError

from storage.collection import to_document
from storage.errors import BlobMissing, BlobTooLarge
from storage.ids import utc_now
from storage.mongo import Mongo, Session
from storage.writes import Writes

BlobId = NewType("BlobId", str)

INLINE_BYTES = 256 * 1024
CHUNK_BYTES = 1024 * 1024
_COLLECT_AT_ONCE = 500
_STORE_TRIES = 3
_DUPLICATE_KEY = 11000  # MongoDB error code


class BlobRef(Struct, frozen=True, kw_only=True):
    """The hex SHA-256 that names the content, and its length in bytes."""

    sha256: str
    size: int


class _Blob(Struct, frozen=True, kw_only=True, omit_defaults=True):
    id: BlobId = field(name="_id")
    size: int
    touched_at: datetime
    kept: bool = False
    data: bytes | None = None
    file: str | None = None  # GridFS id
    v: int = 1


class Blobs:
    """Stores and reads blobs; everything that is not small is streamed."""

    def __init__(self, mongo: Mongo) -> None:
        self._blobs = mongo.collection("blobs", _Blob)
        self._grid = AsyncGridFSBucket(
            mongo.db, bucket_name="blob_files", chunk_size_bytes=CHUNK_BYTES
        )

    async def put(self, content: AsyncIterator[bytes] | bytes) -> BlobRef:
        """Store, synced to disk before it returns. Known content is only marked as in use."""
        if isinstance(content, bytes):
            if len(content) <= INLINE_BYTES:
                return (await self.put_many([content]))[0]
            content = _pieces(content)
        head = await _read_ahead(content)
        if len(head) <= INLINE_BYTES:
            return (await self.put_many([head]))[0]
        return await self._put_large(head, content)

    async def put_many(self, contents: Sequence[bytes]) -> list[BlobRef]:
        """Store small contents (each at most INLINE_BYTES) in one round trip, in their order."""
        now = utc_now()
        blobs: dict[str, _Blob] = {}
        refs = []
        for content in contents:
            if len(content) > INLINE_BYTES:
                raise ValueError("put_many is for small contents; put streams large ones")
            id = BlobId(hashlib.sha256(content).hexdigest())
            blobs[id] = _Blob(id=id, size=len(content), touched_at=now, data=content)
            refs.append(BlobRef(sha256=id, size=len(content)))
        if blobs:
            await self._store(blobs)
        return refs

    async def open(self, sha256: str, start: int = 0) -> AsyncIterator[bytes]:
        """The content in pieces, from a byte on; BlobMissing at the first when there is none."""
        blob = await self._get(sha256)
        if blob.file is None:
            yield (blob.data or b"")[start:]
            return
        stream = await self._grid.open_download_stream(ObjectId(blob.file))
        await stream.seek(start)
        while piece := await stream.readchunk():
            yield piece

    async def read(self, sha256: str, max_bytes: int) -> bytes:
        """The whole content; BlobTooLarge rather than more than ``max_bytes``."""
        blob = await self._get(sha256)
        if blob.size > max_bytes:
            raise BlobTooLarge(f"blob {sha256} has {blob.size} bytes, more than {max_bytes}")
        return b"".join([piece async for piece in self.open(sha256)])

    async def touch(self, session: Session | None, sha256s: Sequence[str]) -> None:
        """Keep these for good, in the transaction of what refers to them; BlobMissing if gone."""
        wanted = set(sha256s)
        if not wanted:
            return
        result = await self._blobs.raw.update_many(
            {"_id": {"$in": sorted(wanted)}},
            {"$set": {"kept": True, "touched_at": utc_now()}},
            session=session,
        )
        if result.matched_count < len(wanted):
            raise BlobMissing(f"{len(wanted) - result.matched_count} of {sorted(wanted)} are gone")

    def keep(self, writes: Writes, contents: Mapping[str, bytes]) -> None:
        """Small contents by SHA-256, in the transaction of what refers to them: kept for good."""
        for sha256 in sorted(contents):
            data = contents[sha256]
            writes.update(
                self._blobs,
                {"_id": sha256},
                {
                    "$set": {"kept": True, "touched_at": utc_now()},
                    "$setOnInsert": {"size": len(data), "data": data},
                },
                upsert=True,
            )

    async def refresh(self, session: Session | None, sha256s: Sequence[str]) -> bool:
        """Spare these from the collector as if put now; whether all are there. What others keep
        stays kept: content is shared, so nobody can say for all that it is needed no more.
        """
        wanted = sorted(set(sha256s))
        if not wanted:
            return True
        result = await self._blobs.raw.update_many(
            {"_id": {"$in": wanted}}, {"$max": {"touched_at": utc_now()}}, session=session
        )
        return bool(result.matched_count == len(wanted))

    async def collect_orphans(self, older_than: datetime) -> int:
        """Delete what nothing keeps and nobody touched since; how many went. At most 500 a call."""
        orphan = {"touched_at": {"$lt": older_than}, "kept": {"$ne": True}}
        found = await self._blobs.raw.find(orphan, {"file": 1}, limit=_COLLECT_AT_ONCE).to_list(
            _COLLECT_AT_ONCE
        )
        gone = 0
        for blob in found:
            # conditional: a put or touch since the find keeps it
            if await self._blobs.delete({"_id": blob["_id"], **orphan}):
                gone += 1
                if blob.get("file"):
                    await self._delete_file(ObjectId(blob["file"]))
        return gone

    async def _get(self, sha256: str) -> _Blob:
        blob = await self._blobs.get(sha256)
        if blob is None:
            raise BlobMissing(f"no blob has the SHA-256 {sha256}")
        return blob

    async def _store(self, blobs: dict[str, _Blob]) -> set[str]:
        """Insert what is new and touch what is known; the ids that were known already."""
        missing = set(blobs)
        known: set[str] = set()
        for _ in range(_STORE_TRIES):
            taken = await self._insert([blobs[id] for id in missing])
            if not taken:
                return known
            known |= taken
            result = await self._blobs.raw.update_many(
                {"_id": {"$in": sorted(taken)}}, {"$max": {"touched_at": utc_now()}}
            )
            if result.matched_count == len(taken):
                return known
            missing = taken  # the collector took one in between
        raise BlobMissing("the collector and this put met three times")

    async def _insert(self, blobs: list[_Blob]) -> set[str]:
        """The ids that exist already."""
        try:
            await self._blobs.raw.insert_many([to_document(b) for b in blobs], ordered=False)
        except BulkWriteError as error:
            failures = (error.details or {}).get("writeErrors", [])
            if not failures or any(failure["code"] != _DUPLICATE_KEY for failure in failures):
                raise
            return {blobs[failure["index"]].id for failure in failures}
        return set()

    async def _put_large(self, head: bytes, rest: AsyncIterator[bytes]) -> BlobRef:
        file = ObjectId()
        digest = hashlib.sha256(head)
        size = len(head)
        try:
            async with self._grid.open_upload_stream_with_id(file, "blob") as upload:
                await upload.write(head)
                async for piece in rest:
                    digest.update(piece)
                    size += len(piece)
                    await upload.write(piece)
            id = BlobId(digest.hexdigest())
            blob = _Blob(id=id, size=size, touched_at=utc_now(), file=str(file))
            if await self._store({id: blob}):
                await self._delete_file(file)
        except BaseException:
            await self._delete_file(file)  # half an upload is not left behind
            raise
        return BlobRef(sha256=id, size=size)

    async def _delete_file(self, file: ObjectId) -> None:
        with suppress(NoFile):
            await self._grid.delete(file)


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), CHUNK_BYTES):
        yield content[start : start + CHUNK_BYTES]


async def _read_ahead(content: AsyncIterator[bytes]) -> bytes:
    """Enough to tell small content from large; all of it when it is small."""
    head = bytearray()
    async for piece in content:
        head += piece
        if len(head) > INLINE_BYTES:
            break
    return bytes(head)
