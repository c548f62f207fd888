"""A channel file that changes while processes run."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from config.settings import Settings
from connectors.contract import WebhookReceiver, WebhookRequest
from connectors.errors import ConnectorError
from connectors.registry import Registry
from gateway.bootstrap.foundation import Foundation
from gateway.channel_files import follow_files, registry_for
from gateway.commands.doctor import inbox_findings
from gateway.tasks import cancelled
from storage.ids import utc_now

FILE = """\
id = "acme"
name = "Acme"
[receive]
signature = { type = "none" }
[[receive.events]]
kind = "message"
id = "body.id"
sender = "body.from"
text = "body.text"
"""


@pytest.fixture
def path(base: Foundation) -> Path:
    folder = base.settings.channels
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "acme.toml"
    path.write_text(FILE)
    assert base.registry.refresh()
    return path


def text_of(receiver: object) -> str:
    assert isinstance(receiver, WebhookReceiver)
    parsed = receiver.parse(
        WebhookRequest(
            method="POST",
            url="https://desk.example/hooks/acme/i",
            headers={"content-type": "application/json"},
            query={},
            body=json.dumps({"id": "1", "from": "+15550199", "text": "a", "words": "b"}).encode(),
            received_at=utc_now(),
        )
    )
    return str(parsed.events[0].text)  # type: ignore[union-attr]


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(2000):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


async def test_a_changed_file_makes_new_connectors_without_a_restart(
    base: Foundation, path: Path
) -> None:
    inbox = await base.inboxes.create(
        channel="acme", name="Acme", address="", settings={}, now=utc_now()
    )
    assert text_of(await base.directory.connector(inbox.id)) == "a"
    following = asyncio.create_task(follow_files(base.registry, every_s=0.01))
    await asyncio.to_thread(path.write_text, FILE.replace("body.text", "body."))
    await until(lambda: bool(base.registry.faults))
    assert text_of(await base.directory.connector(inbox.id)) == "a"
    await asyncio.to_thread(path.write_text, FILE.replace("body.text", "body.words"))
    await until(lambda: base.registry.revision("acme") == 2)
    assert text_of(await base.directory.connector(inbox.id)) == "b"
    await cancelled([following])


async def test_who_cannot_read_the_file_judges_no_inbox(base: Foundation, path: Path) -> None:
    """The site still runs its old version, which the command line never saw."""
    inbox = await base.inboxes.create(
        channel="acme", name="Acme", address="", settings={}, now=utc_now()
    )
    before = await base.edge_store.all_health()
    await asyncio.to_thread(path.write_text, "id = ")
    apart = msgspec.structs.replace(base, registry=Registry.load(base.settings.channels))
    found = {one.name: one async for one in inbox_findings(apart)}
    judged = found[f"inbox {inbox.name} (acme)"]
    assert (judged.ok, judged.detail) == (False, "its channel cannot be read here")
    assert await base.edge_store.all_health() == before


def test_a_file_in_the_making_is_named_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "acme.toml"
    path.write_text(FILE)
    registry, channel = registry_for(Settings(data_dir=str(tmp_path / "var")), str(path))
    assert channel == "acme"
    assert registry.manifest("acme").name == "Acme"
    with pytest.raises(ConnectorError, match="No such file"):
        registry_for(Settings(), str(tmp_path / "none.toml"))
