"""An edge and a worker in the test's own loop, on the real stores."""

import asyncio
import hashlib
import secrets
from collections.abc import Mapping
from typing import Any

import aiohttp
import msgspec
from aiohttp import web

from config.settings import Settings
from connectors.contract import InboxId
from gateway.api.handlers.people import new_agent
from gateway.api.requests import NewAgent
from gateway.bootstrap.edge import Edge, edge
from gateway.bootstrap.foundation import Foundation
from gateway.bootstrap.labour import labour
from gateway.notices import LIVE
from gateway.supervisor import listen
from gateway.tasks import cancelled
from storage.doorbell import BELL_CHANNEL
from storage.ids import utc_now
from tests.indexed import indexed

PASSWORD = "correct horse battery"
TOKEN = "telegram-hook-secret"


class Person(msgspec.Struct):
    """A logged-in agent with a browser of their own."""

    id: str
    http: aiohttp.ClientSession
    csrf: str

    async def call(
        self, method: str, path: str, body: object = None, **headers: str
    ) -> tuple[int, Any]:
        """Status and decoded answer; writes carry CSRF token and a fresh key."""
        sent = {"X-CSRF-Token": self.csrf, "Idempotency-Key": secrets.token_hex(8)}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.http.request(method, f"/api/v1{path}", json=body, headers=sent) as answer:
            if "json" not in answer.content_type:
                return answer.status, await answer.read()
            return answer.status, await answer.json(content_type=None)

    async def get(self, path: str) -> Any:
        """The answer of a GET that must work."""
        status, answer = await self.call("GET", path)
        assert status == 200, answer
        return answer


class House:
    """``url`` is where the edge listens."""

    def __init__(self, base: Foundation, parts: Edge, url: str) -> None:
        self.base = base
        self.parts = parts
        self.url = url
        self.browsers: list[aiohttp.ClientSession] = []

    def browser(self) -> aiohttp.ClientSession:
        """Cookies of its own."""
        made = aiohttp.ClientSession(self.url, cookie_jar=aiohttp.CookieJar(unsafe=True))
        self.browsers.append(made)
        return made

    async def person(
        self, email: str, role: str = "agent", inboxes: list[str] | None = None
    ) -> Person:
        """An agent who is logged in; ``inboxes`` None sees all."""
        wanted = msgspec.convert(
            {
                "email": email,
                "name": email.partition("@")[0].title(),
                "role": role,
                "password": PASSWORD,
                "inbox_ids": inboxes,
            },
            NewAgent,
        )
        made = await new_agent(wanted, utc_now())
        await self.base.auth.agents.insert(made)
        return await self.log_in(made.email)

    async def log_in(self, email: str) -> Person:
        """Another browser of the same agent."""
        http = self.browser()
        body = {"email": email, "password": PASSWORD}
        async with http.post("/api/v1/session", json=body) as answer:
            assert answer.status == 200, await answer.text()
            session = await answer.json()
        return Person(session["agent"]["id"], http, session["csrf_token"])

    async def inbox(
        self, channel: str, name: str, settings: Mapping[str, object] | None = None
    ) -> str:
        """An inbox that sends at once."""
        made = await self.base.inboxes.create(
            channel=channel,
            name=name,
            address="",
            settings=settings or {},
            now=utc_now(),
            inbox_id=InboxId(hashlib.sha256(name.encode()).hexdigest()[:16]),
            undo_s=0,
        )
        return made.id

    async def telegram(self, name: str = "Bot") -> str:
        """A Telegram inbox with a webhook secret."""
        return await self.inbox("telegram", name, {"token": "1:x", "secret_token": TOKEN})

    async def say(
        self,
        inbox_id: str,
        sender: int,
        text: str,
        number: int,
        *,
        kind: str = "message",
        update: int | None = None,
    ) -> int:
        """A Telegram update by webhook, numbered like its message or apart; the status."""
        person = {"id": sender, "is_bot": False, "first_name": "Aiko", "last_name": "Tanaka"}
        now = int(utc_now().timestamp())
        told = {
            "update_id": number if update is None else update,
            kind: {
                "message_id": number,
                "date": now,
                **({"edit_date": now} if kind == "edited_message" else {}),
                "text": text,
                "from": person,
                "chat": {"id": sender, "type": "private"},
            },
        }
        headers = {"X-Telegram-Bot-Api-Secret-Token": TOKEN}
        path = f"/hooks/telegram/{inbox_id}"
        async with self.browser().post(path, json=told, headers=headers) as answer:
            return answer.status

    async def drained(self) -> None:
        """Everything that was journaled is ingested."""
        async with asyncio.timeout(20):
            while (await self.base.journal.counts()).pending:  # noqa: ASYNC110  a worker's
                await asyncio.sleep(0.02)

    async def indexed(self) -> None:
        """Everything that is stored can be found by its words."""
        await self.drained()
        await indexed(self.base.mongo.db, self.base.settings.data)


async def open_house(base: Foundation, settings: Settings) -> tuple[House, web.AppRunner, list]:
    """Start both sides; the caller stops them by ``close_house``."""
    listening = listen("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    parts, work = edge(base), labour(base)
    tasks = [
        asyncio.create_task(one, name=name)
        for name, one in (
            ("hub", parts.hub.run()),
            ("chat", parts.chat.run()),
            *((name, loop()) for name, loop in work.loops.items()),
        )
    ]
    runner = web.AppRunner(parts.app, access_log=None, shutdown_timeout=2)
    await runner.setup()
    await web.SockSite(runner, listening).start()
    await _listening(base)
    return House(base, parts, url), runner, tasks


async def _listening(base: Foundation) -> None:
    """Both subscriptions stand: a client that is cancelled while it connects leaks its socket."""
    async with asyncio.timeout(20):
        while True:
            counts = await base.redis.pubsub_numsub(LIVE, BELL_CHANNEL)
            if all(count for _, count in counts):
                break
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)


async def close_house(house: House, runner: web.AppRunner, tasks: list) -> None:
    """In the order of a real shutdown."""
    for browser in house.browsers:
        await browser.close()
    await asyncio.gather(house.parts.live.close(), house.parts.chat.close())
    await runner.cleanup()
    await cancelled(tasks)
