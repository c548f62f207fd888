"""Stores of their own for tests that kill their clients.

A dead client's open transaction is kept by the server for a minute and blocks whoever writes the
same documents or drops their database: no other test should meet it.
"""

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest

from storage.embedded import EmbeddedStores
from storage.mongo import Mongo
from tests.stores import running_stores


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStores]:
    """The embedded stores of this one module."""
    with running_stores(tmp_path_factory.mktemp("stores")) as embedded:
        yield embedded


@pytest.fixture
async def mongo(stores: EmbeddedStores) -> AsyncIterator[Mongo]:
    """A client of a database of its own; not dropped, the dead may still hold it."""
    client = Mongo(stores.mongo_url, f"test_{uuid4().hex[:12]}")
    yield client
    await client.close()
