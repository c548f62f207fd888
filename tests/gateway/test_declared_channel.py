"""An operator's channel.toml on a running site: in, ticket, out, receipt, mended, read again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import msgspec
import pytest
from aiohttp import web

from config.settings import Settings
from gateway.bootstrap.foundation import Foundation
from storage.ids import utc_now
from tests.gateway.house import House, Person

FILE = """\
id = "acme"
name = "Acme"

[settings]
base_url = {}
key = { secret = true }
hook_token = { secret = true, signs = true }

[receive]
signature = { type = "token", query = "token", secret = "{settings.hook_token}" }
ack = { body = "OK" }

[[receive.events]]
kind = "receipt"
when = "fields.state"
id = "fields.id"
message_id = "fields.ref"
state = "fields.state"
states = { delivered = ["DELIVRD"], failed = ["UNDELIV"] }

[[receive.events]]
kind = "message"
id = "fields.id"
sender = "fields.src"
text = "fields.msg"

[send]
url = "{settings.base_url}/sms"
auth = { type = "bearer", token = "{settings.key}" }
form = { to = "{digits(to)}", text = "{text}", ref = "{id}" }
success = { id = "body.id" }
"""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return msgspec.structs.replace(settings, egress_allow=("127.0.0.1",))


@pytest.fixture
def path(base: Foundation) -> Path:
    folder = base.settings.channels
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "acme.toml"
    path.write_text(FILE)
    assert base.registry.refresh()
    return path


class Provider:
    """The far side: what it was asked to send."""

    def __init__(self) -> None:
        self.sent: list[dict[str, str]] = []
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer k"
        self.sent.append({name: str(value) for name, value in (await request.post()).items()})
        return web.json_response({"id": f"p{len(self.sent)}"})


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    far = Provider()
    app = web.Application()
    app.router.add_post("/sms", far.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    far.url = site.name
    yield far
    await runner.cleanup()


async def until(look: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(20):
        while not await look():  # noqa: ASYNC110  a worker's
            await asyncio.sleep(0.05)


async def test_a_whole_conversation(
    house: House, admin: Person, path: Path, provider: Provider
) -> None:
    inbox = await house.base.inboxes.create(
        channel="acme",
        name="Acme",
        address="24453",
        settings={"base_url": provider.url, "key": "k", "hook_token": "t0ken"},
        now=utc_now(),
        undo_s=0,
    )

    async def hook(word: str = "t0ken", **fields: str) -> tuple[int, str]:
        where = f"/hooks/acme/{inbox.id}?token={word}"
        async with house.browser().post(where, data=fields) as answer:
            return answer.status, await answer.text()

    said = {"id": "a1", "src": "385916242494", "msg": "Is the Halden 40 in stock?"}
    status, _ = await hook("wrong", **said)
    assert status == 401
    assert await hook(**said) == (200, "OK")
    assert await hook(**said) == (200, "OK")
    await house.drained()
    (ticket,) = (await admin.get("/tickets"))["items"]
    assert (ticket["channel"], ticket["message_count"]) == ("acme", 1)

    opened = await admin.get(f"/tickets/{ticket['id']}")
    reply = {"conversation_id": opened["conversations"][0]["id"], "text": "It is."}
    status, sent = await admin.call("POST", f"/tickets/{ticket['id']}/replies", reply)
    assert status == 201, sent

    async def state() -> str:
        found = (await admin.get(f"/tickets/{ticket['id']}/messages"))["items"]
        return str(next(m["delivery"]["state"] for m in found if m["id"] == sent["id"]))

    async def is_sent() -> bool:
        return await state() == "sent"

    async def is_delivered() -> bool:
        return await state() == "delivered"

    await until(is_sent)
    assert provider.sent == [{"to": "385916242494", "text": "It is.", "ref": sent["id"]}]

    # a word for "delivered" that the file does not know is put aside, not lost
    assert await hook(id="p1", state="ARRIVED") == (200, "OK")
    await house.drained()
    (aside,) = (await admin.get(f"/quarantine?inbox_id={inbox.id}"))["items"]
    assert aside["reason"] == "unknown state 'arrived'"
    await asyncio.to_thread(path.write_text, FILE.replace('"DELIVRD"', '"DELIVRD", "ARRIVED"'))

    async def is_read_anew() -> bool:
        return house.base.registry.revision("acme") == 2

    await until(is_read_anew)
    await admin.call("POST", "/quarantine/replay", {"ids": [aside["id"]]})
    await until(is_delivered)
