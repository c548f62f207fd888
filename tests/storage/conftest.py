import pytest

from storage.blobs import Blobs
from storage.doorbell import Doorbell
from storage.journal import Journal
from storage.keyring import KeyRing
from storage.migrations import Migrator
from storage.mongo import Mongo
from storage.schema import STORAGE_MIGRATIONS


@pytest.fixture
def keyring():
    return KeyRing([b"k" * 32])


@pytest.fixture
async def indexed(mongo: Mongo) -> Mongo:
    await Migrator(mongo, STORAGE_MIGRATIONS).run()
    return mongo


@pytest.fixture
async def doorbell(redis_url: str):
    bell = Doorbell(redis_url)
    yield bell
    await bell.close()


@pytest.fixture
async def journal(indexed: Mongo, keyring: KeyRing, doorbell: Doorbell):
    journal = Journal(indexed, keyring, Blobs(indexed), doorbell)
    yield journal
    await journal.close()
