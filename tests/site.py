"""A whole Parley as its user starts it: ``parley run --no-demo`` in a directory of its own."""

import asyncio
import os
import secrets
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import aiohttp
from pymongo import AsyncMongoClient

from bench.process import command, tree
from storage.engines import free_port
from tests.api_client import ApiClient, ApiProblem
from tests.peers.provider import Provider
from tests.peers.smtp_sink import SmtpSink

ROLES = ("edge", "worker", "mongo", "redis")
_COMMANDS = {
    "edge": "gateway serve",
    "worker": "gateway work",
    "mongo": "-m secantus",
    "redis": "valkey-server",
}
EMAIL, PASSWORD = "admin@halden.example", "correct horse battery staple"
START_S = 60.0
_NOT_OURS = ("PARLEY", "PYTHON")  # as in a shell of its own
ROOT = Path(__file__).parents[1]


class Site:
    """``async with Site(directory) as site``: started, an administrator logged in."""

    def __init__(self, directory: Path, **settings: str) -> None:
        self.directory = directory
        self.http_port, self.smtp_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.http_port}"
        self.client = ApiClient(self.url, EMAIL, PASSWORD)
        self._settings = settings
        self._process: asyncio.subprocess.Process | None = None
        self._mongo: AsyncMongoClient[dict[str, Any]] | None = None

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_OURS)}
        return kept | {
            "PYTHONPATH": str(ROOT),
            "PARLEY_DATA_DIR": str(self.directory / "var"),
            "PARLEY_HTTP_PORT": str(self.http_port),
            "PARLEY_SMTP_PORT": str(self.smtp_port),
            "PARLEY_PUBLIC_URL": self.url,
            "PARLEY_MAIL_DOMAIN": "halden.example",
            "PARLEY_EGRESS_ALLOW": "127.0.0.1",
            **self._settings,
        }

    async def cli(self, *arguments: str, given: bytes = b"") -> bytes:
        """Run a ``parley`` command beside the site; its standard output."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "gateway", *arguments),
            cwd=self.directory,
            env=self._environment(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate(given)
        assert process.returncode == 0, f"parley {' '.join(arguments)}: {err.decode()[-2000:]}"
        return out

    async def __aenter__(self) -> "Site":
        with (self.directory / "log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "gateway", "run", "--no-demo"),
                cwd=self.directory,
                env=self._environment(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            await self._until_ready()
            await self.cli(
                *("agent", "add", EMAIL, "--name", "Mira Okafor", "--role", "admin"),
                "--password-stdin",
                given=PASSWORD.encode() + b"\n",
            )
            await self.client.login()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def stop(self) -> None:
        """SIGTERM, as Ctrl-C would; everything it started must be gone soon."""
        await self.client.http.close()
        if self._mongo is not None:
            await self._mongo.close()
        if self._process is None or self._process.returncode is not None:
            return
        family = tree(self._process.pid)
        self._process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._process.wait(), 40)
        finally:
            for pid in family:
                if command(pid) and self._process.returncode is None:
                    os.kill(pid, signal.SIGKILL)

    async def _until_ready(self) -> None:
        async with aiohttp.ClientSession() as http, asyncio.timeout(START_S):
            while True:
                assert self._process is not None
                assert self._process.returncode is None, self.log()[-3000:]
                try:
                    async with http.get(f"{self.url}/readyz") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.2)

    def log(self) -> str:
        """All that it printed."""
        return (self.directory / "log").read_text(errors="replace")

    def pids(self, role: str | None = None) -> set[int]:
        """Living processes of one role, or of the whole site."""
        assert self._process is not None
        family = tree(self._process.pid)
        if role is None:
            return family
        return {pid for pid in family if _COMMANDS[role] in command(pid)}

    def kill(self, role: str) -> int:
        """kill -9 of every process of a role; how many there were."""
        victims = self.pids(role)
        for pid in victims:
            os.kill(pid, signal.SIGKILL)
        return len(victims)

    @contextmanager
    def paused(self, role: str) -> Iterator[None]:
        """SIGSTOP for every process of a role, SIGCONT afterwards."""
        held = self.pids(role)
        for pid in held:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in held:
                os.kill(pid, signal.SIGCONT)

    def _port_of(self, role: str) -> int:
        for pid in self.pids(role):
            words = command(pid).split()
            if "--port" in words:
                return int(words[words.index("--port") + 1])
            if ":" in words[-1]:
                return int(words[-1].rpartition(":")[2])
        raise LookupError(f"no {role} runs")

    @property
    def redis_url(self) -> str:
        """Where the embedded Redis listens now; raises OSError while it is dead."""
        try:
            return f"redis://127.0.0.1:{self._port_of('redis')}/0"
        except LookupError as error:
            raise ConnectionError(str(error)) from error

    @property
    def mongo_url(self) -> str:
        """Where the embedded database listens now; raises OSError while it is dead."""
        try:
            return f"mongodb://127.0.0.1:{self._port_of('mongo')}/?directConnection=true"
        except LookupError as error:
            raise ConnectionError(str(error)) from error

    @property
    def db(self) -> Any:
        """The site's database, for assertions about what is stored."""
        if self._mongo is None:
            self._mongo = AsyncMongoClient(self.mongo_url, tz_aware=True)
        return self._mongo["parley"]

    async def tickets_patiently(self) -> list[dict[str, Any]]:
        """Open tickets, at least four; waits while the site is down or empty."""
        async with asyncio.timeout(120):
            while True:
                try:
                    page = await self.client.call(
                        "GET", "/tickets", query={"view": "open", "limit": 50}
                    )
                except (ApiProblem, aiohttp.ClientError, OSError, TimeoutError):
                    page = {"items": []}
                if len(page["items"]) >= 4:
                    items: list[dict[str, Any]] = page["items"]
                    return items
                await asyncio.sleep(0.5)

    async def stuck(self) -> dict[str, int]:
        """What still waits: journal entries and replies that are neither here nor there."""
        waits = {
            "pending": await self.db["journal"].count_documents({"state": "pending"}),
            "quarantined": await self.db["journal"].count_documents({"state": "quarantined"}),
            "unsent": await self.db["messages"].count_documents(
                {"delivery.state": {"$in": ["queued", "sending"]}}
            ),
        }
        return {name: count for name, count in waits.items() if count}

    async def settle(self, seconds: float) -> None:
        """Wait until nothing waits any more; fails by time-out, saying what does."""
        deadline = asyncio.get_running_loop().time() + seconds
        while stuck := await self._stuck_now():
            assert asyncio.get_running_loop().time() < deadline, f"still waiting: {stuck}"
            await asyncio.sleep(0.5)

    async def _stuck_now(self) -> dict[str, int]:
        """Also what consumers have not heard yet, which follows within seconds."""
        try:
            untold = await self.db["untold_events"].count_documents({})
            return await self.stuck() | ({"untold": untold} if untold else {})
        except ConnectionError:  # the last kill was the database's: it is starting
            return {"databases": 1}

    async def inbound_messages(self) -> list[dict[str, Any]]:
        """Every stored inbound message, as documents."""
        found: list[dict[str, Any]] = await (
            self.db["messages"].find({"direction": "in"}).to_list(100_000)
        )
        return found

    async def delivery_states(self, ids: Iterable[str]) -> dict[str, str]:
        """The delivery state of each reply."""
        found = await self.db["messages"].find({"_id": {"$in": list(ids)}}).to_list(100_000)
        return {message["_id"]: message["delivery"]["state"] for message in found}


async def connected_inboxes(
    site: Site, provider: Provider, sink: SmtpSink
) -> dict[str, dict[str, str]]:
    """One inbox per first channel, pointed at the stand-ins; what a customer needs of each."""
    secret = "whsec_" + secrets.token_urlsafe(24).replace("-", "A").replace("_", "B")
    wanted: dict[str, tuple[str, dict[str, Any], dict[str, str]]] = {
        "email": (
            "support@halden.example",
            {"smtp_host": "127.0.0.1", "smtp_port": sink.port, "smtp_security": "none"},
            {"smtp_port": str(site.smtp_port)},
        ),
        "api": (
            "",
            {
                "signing_secret": secret,
                "token": "api-token",
                "callback_url": f"{provider.base_url}/callback",
            },
            {"secret": secret, "token": "api-token"},
        ),
        "telegram": (
            "halden_bot",
            {"token": "7:stand-in", "secret_token": "tg-secret", "base_url": provider.base_url},
            {"secret": "tg-secret"},
        ),
        "twilio_sms": (
            "+14155550100",
            {"account_sid": "AC1", "auth_token": "tw-secret", "base_url": provider.base_url},
            {"secret": "tw-secret", "account_sid": "AC1"},
        ),
    }
    made: dict[str, dict[str, str]] = {}
    for channel, (address, settings, facts) in wanted.items():
        body = {"channel": channel, "name": channel, "address": address, "settings": settings}
        inbox = await site.client.call("POST", "/inboxes", body)
        hook = f"{site.url}/hooks/{channel}/{inbox['id']}"
        made[channel] = {"id": inbox["id"], "address": address, "hook_url": hook, **facts}
    return made
