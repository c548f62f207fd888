"""Memory of inboxes: renewed when another process says so, however young it is."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from connectors.contract import InboxId
from gateway.bootstrap.foundation import Foundation
from gateway.directory import InboxDirectory
from gateway.tasks import cancelled
from gateway.tokens import TokenVault
from storage.ids import utc_now


@pytest.fixture
async def elsewhere(base: Foundation) -> AsyncIterator[InboxDirectory]:
    """Another process's memory, whose clock stands still: by age it is never renewed."""
    directory = InboxDirectory(
        store=base.edge_store,
        agents=base.auth.all_agents,
        registry=base.registry,
        keyring=base.keyring,
        http=base.http,
        tokens=TokenVault(
            store=base.edge_store, keyring=base.keyring, leases=base.leases, owner="elsewhere"
        ),
        public_url="https://desk.example",
        clock=lambda: 0.0,
    )
    following = asyncio.create_task(directory.follow(base.pubsub))
    yield directory
    await cancelled([following])
    await directory.close()


async def _made(base: Foundation) -> InboxId:
    made = await base.inboxes.create(
        channel="api", name="Shop", address="", settings={"token": "one"}, now=utc_now()
    )
    return made.id


async def _token_elsewhere(directory: InboxDirectory, inbox_id: InboxId, token: str) -> None:
    async with asyncio.timeout(20):
        while True:
            inbox = await directory.inbox(inbox_id)
            if inbox is not None and directory.settings(inbox)["token"] == token:
                return
            await asyncio.sleep(0.02)


async def test_changes_are_heard(base: Foundation, elsewhere: InboxDirectory) -> None:
    id = await _made(base)
    await _token_elsewhere(elsewhere, id, "one")
    await base.inboxes.change(id, {"settings": {"token": "two"}}, utc_now())
    await _token_elsewhere(elsewhere, id, "two")


async def test_a_connector_is_made_once_for_each_version(
    base: Foundation, elsewhere: InboxDirectory
) -> None:
    id = await _made(base)
    old = await base.edge_store.inboxes.get(id)
    assert old is not None
    first = elsewhere.connect(old)
    assert elsewhere.connect(old) is first
    changed = await base.inboxes.change(id, {"settings": {"token": "two"}}, utc_now())
    second = elsewhere.connect(changed)
    assert second is not first
    assert elsewhere.connect(old) is second  # somebody still holds the old record


async def test_a_connector_that_goes_is_closed(base: Foundation, elsewhere: InboxDirectory) -> None:
    inbox = await base.inboxes.create(
        channel="email", name="Mail", address="a@halden.example", settings={}, now=utc_now()
    )
    await elsewhere.inbox(inbox.id)
    connector = elsewhere.connect(inbox)
    closed = asyncio.Event()
    close = connector.close

    async def noted() -> None:
        await close()
        closed.set()

    connector.close = noted
    await base.inboxes.change(inbox.id, {"active": False}, utc_now())
    async with asyncio.timeout(20):
        while not closed.is_set():
            await elsewhere.inbox(inbox.id)
            await asyncio.sleep(0.02)
