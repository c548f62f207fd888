import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from storage.blobs import INLINE_BYTES, BlobRef, Blobs
from storage.errors import BlobMissing, BlobTooLarge
from storage.ids import utc_now
from storage.mongo import Mongo

LATER = timedelta(hours=1)


@pytest.fixture
def blobs(indexed: Mongo) -> Blobs:
    return Blobs(indexed)


def contents() -> list[bytes]:
    return [
        b"",
        b"small",
        b"x" * INLINE_BYTES,
        b"y" * (INLINE_BYTES + 1),
        bytes(range(256)) * 20_000,
    ]


async def pieces(content: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


@pytest.mark.parametrize("content", contents(), ids=len)
async def test_bytes_come_back_under_their_hash(blobs: Blobs, content: bytes) -> None:
    ref = await blobs.put(content)
    assert ref == BlobRef(sha256=hashlib.sha256(content).hexdigest(), size=len(content))
    assert await blobs.read(ref.sha256, len(content)) == content


@pytest.mark.parametrize("content", contents(), ids=len)
async def test_a_stream_is_the_same_blob_as_its_bytes(
    blobs: Blobs, indexed: Mongo, content: bytes
) -> None:
    streamed = await blobs.put(pieces(content, 100_000))
    assert await blobs.put(content) == streamed
    assert await indexed.db.blobs.count_documents({}) == 1
    assert await indexed.db["blob_files.files"].count_documents({}) == (
        1 if len(content) > INLINE_BYTES else 0
    )


async def test_large_content_is_read_in_pieces(blobs: Blobs) -> None:
    ref = await blobs.put(pieces(b"z" * 3_000_000, 64_000))
    sizes = [len(piece) async for piece in blobs.open(ref.sha256)]
    assert sum(sizes) == 3_000_000
    assert max(sizes) <= 1024 * 1024


async def test_many_small_ones_at_once_in_their_order_with_repeats(blobs: Blobs) -> None:
    await blobs.put(b"b")
    refs = await blobs.put_many([b"a", b"b", b"a", b"c"])
    assert [await blobs.read(ref.sha256, 10) for ref in refs] == [b"a", b"b", b"a", b"c"]
    assert await blobs.put_many([]) == []


async def test_the_same_content_put_at_once_is_stored_once(blobs: Blobs, indexed: Mongo) -> None:
    large = b"w" * (INLINE_BYTES * 2)
    await asyncio.gather(*(blobs.put(large) for _ in range(5)))
    assert await indexed.db.blobs.count_documents({}) == 1
    assert await indexed.db["blob_files.files"].count_documents({}) == 1


async def test_a_broken_upload_leaves_nothing(blobs: Blobs, indexed: Mongo) -> None:
    async def breaks() -> AsyncIterator[bytes]:
        yield b"q" * 2_000_000
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await blobs.put(breaks())
    for name in ("blobs", "blob_files.files", "blob_files.chunks"):
        assert await indexed.db[name].count_documents({}) == 0


async def test_missing_and_too_large(blobs: Blobs) -> None:
    with pytest.raises(BlobMissing):
        await blobs.read("0" * 64, 10)
    ref = await blobs.put(b"x" * 11)
    with pytest.raises(BlobTooLarge):
        await blobs.read(ref.sha256, 10)


@pytest.mark.parametrize("content", [b"small", b"l" * 600_000], ids=len)
async def test_only_what_nobody_kept_is_collected(
    blobs: Blobs, indexed: Mongo, content: bytes
) -> None:
    kept, orphan = await blobs.put(content), await blobs.put(content + b"!")
    await indexed.transaction(lambda session: blobs.touch(session, [kept.sha256]))
    assert await blobs.collect_orphans(utc_now() - LATER) == 0
    assert await blobs.collect_orphans(utc_now() + LATER) == 1
    assert await blobs.read(kept.sha256, kept.size) == content
    with pytest.raises(BlobMissing):
        await blobs.read(orphan.sha256, orphan.size)
    assert await blobs.collect_orphans(utc_now() + LATER) == 0


async def test_what_is_refreshed_is_as_if_put_now_and_no_less_kept(
    blobs: Blobs, indexed: Mongo
) -> None:
    large, kept = await blobs.put(b"l" * 600_000), await blobs.put(b"kept")
    await blobs.touch(None, [kept.sha256])
    await asyncio.sleep(0.01)
    before = utc_now()
    assert await blobs.refresh(None, [large.sha256, kept.sha256])
    assert await blobs.refresh(None, [])
    assert not await blobs.refresh(None, [large.sha256, "0" * 64])
    assert await blobs.collect_orphans(before) == 0
    assert await blobs.collect_orphans(utc_now() + LATER) == 1
    assert await blobs.read(kept.sha256, 10) == b"kept"
    assert await indexed.db["blob_files.chunks"].count_documents({}) == 0


async def test_keeping_what_is_gone_aborts_the_transaction(blobs: Blobs, indexed: Mongo) -> None:
    with pytest.raises(BlobMissing):
        await indexed.transaction(lambda session: blobs.touch(session, ["0" * 64]))


async def test_what_is_put_again_while_the_collector_runs_stays(
    blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = await blobs.put(b"twice")
    delete = blobs._blobs.delete
    now = utc_now() + LATER

    async def put_first(where: dict[str, object]) -> int:
        await blobs._blobs.raw.update_one({"_id": ref.sha256}, {"$set": {"touched_at": now}})
        return await delete(where)

    monkeypatch.setattr(blobs._blobs, "delete", put_first)
    assert await blobs.collect_orphans(now) == 0
    assert await blobs.read(ref.sha256, 10) == b"twice"


@pytest.mark.parametrize("content", contents(), ids=len)
async def test_a_player_may_begin_in_the_middle(blobs: Blobs, content: bytes) -> None:
    ref = await blobs.put(content)
    start = len(content) * 2 // 3
    assert b"".join([piece async for piece in blobs.open(ref.sha256, start)]) == content[start:]
