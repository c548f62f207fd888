"""One whole Parley for all tests of this folder, with stand-ins for the far sides."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.peers.name_server import NameServer, serving
from tests.peers.provider import Provider
from tests.peers.smtp_sink import SmtpSink
from tests.site import Site, connected_inboxes


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def provider() -> AsyncIterator[Provider]:
    """Twilio, the Bot API, and somebody's own interface."""
    async with Provider() as provider:
        yield provider


@pytest.fixture(scope="session")
def sink() -> Iterator[SmtpSink]:
    """The far mail server."""
    with SmtpSink() as sink:
        yield sink


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def name_server() -> AsyncIterator[NameServer]:
    """All that the site knows of the DNS."""
    async with serving({}) as server:
        yield server


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def site(
    tmp_path_factory: pytest.TempPathFactory, name_server: NameServer
) -> AsyncIterator[Site]:
    """Started once; its log is shown when it cannot be stopped."""
    # two edges, so that what one of them changes must reach the other
    settings = {
        "PARLEY_HTTP_PROCESSES": "2",
        "PARLEY_MAIL_DNS": name_server.address,
        "PARLEY_MAIL_AUTHSERV": "mx.halden.example",
    }
    async with Site(tmp_path_factory.mktemp("site"), **settings) as site:
        yield site


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def inboxes(site: Site, provider: Provider, sink: SmtpSink) -> dict[str, dict[str, str]]:
    """One inbox of each first channel; replies leave at once."""
    made = await connected_inboxes(site, provider, sink)
    for inbox in made.values():
        await site.client.call("PATCH", f"/inboxes/{inbox['id']}", {"undo_s": 0})
    return made
