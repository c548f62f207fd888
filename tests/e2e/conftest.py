"""One site, one browser and every agent's login for all journeys."""

import runpy
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, StorageState, async_playwright, expect

from tests.e2e.desk import Desk
from tests.e2e.stage import AGENTS, Stage
from tests.peers.provider import Provider
from tests.peers.smtp_sink import SmtpSink
from tests.site import PASSWORD, ROOT, Site

PATIENCE_MS = 15_000
# a container has no user namespaces for the sandbox and little shared memory
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
WINDOW = {"width": 1440, "height": 900}
Sit = Callable[..., Awaitable[Desk]]

session = pytest_asyncio.fixture(scope="session", loop_scope="session")


@session
async def browser() -> AsyncIterator[Browser]:
    """Chromium, as the operating system has it."""
    binary = shutil.which("chromium") or shutil.which("google-chrome")
    if binary is None:
        pytest.skip("NOT TESTED: the inbox in a real browser; there is no chromium on PATH")
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=binary, args=FLAGS)
        yield launched
        await launched.close()


@session
async def stage(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """A whole Parley with stand-ins for the outside; the web app is built when it is stale."""
    runpy.run_path(str(ROOT / "scripts" / "build_web.py"))["build"](ROOT)
    folder: Path = tmp_path_factory.mktemp("site")
    async with Provider() as provider, aiohttp.ClientSession() as http:
        with SmtpSink() as sink:
            async with Site(folder) as site:
                made = Stage(site, provider, sink, http)
                await made.hire()
                yield made


@session
async def logins(stage: Stage, browser: Browser) -> dict[str, StorageState]:
    """Every agent signs in once, by the page; what their browser keeps."""
    kept: dict[str, StorageState] = {}
    for name, email in AGENTS.items():
        context = await browser.new_context(locale="en-US")
        page = await context.new_page()
        await page.goto(stage.site.url)
        await page.get_by_label("Email").fill(email)
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_text(name)).to_be_visible()
        kept[name] = await context.storage_state()
        await context.close()
    return kept


@pytest_asyncio.fixture(loop_scope="session")
async def sit(
    stage: Stage, browser: Browser, logins: dict[str, StorageState]
) -> AsyncIterator[Sit]:
    """``await sit("Jun Park")``: an agent's own window; closed, and its faults told, at the end."""
    async with AsyncExitStack() as windows:

        async def at(name: str = "Mira Okafor", **look: Any) -> Desk:
            # a worker between page and server hides requests from the journeys that break them
            quiet = {"service_workers": "block"}
            options = {"locale": "en-US", "viewport": WINDOW, **quiet, **look}
            context = await browser.new_context(storage_state=logins[name], **options)
            desk = Desk(context, await context.new_page(), stage.site.url)
            return await windows.enter_async_context(desk)

        yield at
