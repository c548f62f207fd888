"""The house: one edge and one worker on a database of their own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from config.settings import Settings
from gateway.bootstrap.foundation import Foundation, foundation
from gateway.schema import MIGRATIONS
from storage.embedded import EmbeddedStores
from storage.migrations import Migrator
from storage.mongo import Mongo
from tests.gateway.house import House, Person, close_house, open_house


@pytest.fixture
def settings(stores: EmbeddedStores, mongo: Mongo, redis_url: str, tmp_path: Path) -> Settings:
    return Settings(
        mongo_url=stores.mongo_url,
        mongo_database=mongo.db.name,
        redis_url=redis_url,
        data_dir=str(tmp_path),
        webhook_max_bytes=100_000,
        upload_max_bytes=200_000,
        smtp_enabled=False,
        egress_allow=("127.0.0.1",),
    )


@pytest.fixture
async def base(settings: Settings) -> AsyncIterator[Foundation]:
    async with foundation(settings) as built:
        await Migrator(built.mongo, MIGRATIONS).run()
        yield built


@pytest.fixture
async def house(base: Foundation, settings: Settings) -> AsyncIterator[House]:
    opened, runner, tasks = await open_house(base, settings)
    yield opened
    await close_house(opened, runner, tasks)


@pytest.fixture
async def admin(house: House) -> Person:
    return await house.person("mira@halden.example", "admin")
