"""A filled site on the real stores."""

from collections.abc import AsyncIterator

import pytest

from storage.mongo import Mongo
from tests.archive.site import Site


@pytest.fixture
async def site(mongo: Mongo, redis_url: str) -> AsyncIterator[Site]:
    """Five messages of two inboxes."""
    site = Site(mongo, redis_url)
    await site.fill()
    yield site
    await site.close()
