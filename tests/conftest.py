"""Real stores for every test: both servers once per run, a fresh database per test."""

import socket
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from storage.embedded import EmbeddedStores
from storage.mongo import Mongo
from tests.driver import close_forgotten_sockets
from tests.stores import running_stores

close_forgotten_sockets()


@pytest.fixture(scope="session")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStores]:
    """The embedded stores of the whole run."""
    with running_stores(tmp_path_factory.mktemp("stores")) as embedded:
        yield embedded


@pytest.fixture
async def mongo(stores: EmbeddedStores) -> AsyncIterator[Mongo]:
    """A client of a database of its own, dropped afterwards."""
    client = Mongo(stores.mongo_url, f"test_{uuid4().hex[:12]}")
    yield client
    await client.client.drop_database(client.db.name)
    await client.close()


@pytest.fixture
def redis_url(stores: EmbeddedStores) -> str:
    """The shared Redis, emptied."""
    address = urlsplit(stores.redis_url)
    with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
        connection.sendall(b"FLUSHALL\r\n")
        assert connection.recv(16).startswith(b"+OK")
    return stores.redis_url
