"""Every page and state, both themes, by axe: no violations."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.e2e.axe import AXE, faults
from tests.e2e.conftest import Sit
from tests.e2e.desk import Desk
from tests.e2e.stage import Stage

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

Step = Callable[[Desk], Awaitable[Any]]


def _press(key: str, *, role: str) -> Step:
    async def step(desk: Desk) -> None:
        await desk.page.keyboard.press(key)
        await expect(desk.page.get_by_role(role).first).to_be_visible()  # type: ignore[arg-type]

    return step


async def _tick(desk: Desk) -> None:
    await desk.list.get_by_role("checkbox").first.click()
    await expect(desk.page.get_by_role("toolbar", name="Selected tickets")).to_be_visible()


def _settings(section: str) -> Step:
    async def step(desk: Desk) -> None:
        await desk.go(f"/settings/{section}")
        await expect(desk.page.locator("#section-title")).to_be_visible()

    return step


async def _as_it_is(desk: Desk) -> None:
    await expect(desk.composer).to_be_visible()


async def _nothing_found(desk: Desk) -> None:
    await desk.go("/search/open?q=nobodywrotethisword")
    await expect(desk.page.get_by_text("No ticket matches")).to_be_visible()


STATES: dict[str, Step] = {
    "thread": _as_it_is,
    "palette": _press("Control+k", role="listbox"),
    "keyboard": _press("?", role="dialog"),
    "write first": _press("c", role="dialog"),
    "ticked": _tick,
    "no result": _nothing_found,
    "profile": _settings("profile"),
    "notices": _settings("notices"),
    "keys": _settings("keys"),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing(stage: Stage, sit: Sit, scheme: str) -> None:
    """Each state from a fresh page."""
    if not AXE.exists():
        pytest.skip("NOT TESTED: axe-core is not there; run npm ci in web/")
    line = await stage.inbox("email")
    await stage.customers.mail(
        line, ("Elin Dahl", f"{line.id}@posta.example"), "Valve", "It leaks."
    )
    ticket = (await stage.ticket(line))["id"]
    desk = await sit(color_scheme=scheme, reduced_motion="reduce")
    found: dict[str, list[dict[str, Any]]] = {}
    for name, step in STATES.items():
        await desk.look_at(line, ticket)
        await expect(desk.composer).to_be_visible()
        await desk.page.locator("h1").click()
        await step(desk)
        if wrong := await faults(desk.page):
            found[name] = wrong
    assert found == {}


async def test_axe_finds_nothing_at_the_door(stage: Stage, sit: Sit) -> None:
    """The login page, with a refusal on it."""
    desk = await sit()
    await desk.context.clear_cookies()
    await desk.go("/")
    await desk.page.get_by_label("Email").fill("nobody@halden.example")
    await desk.page.get_by_label("Password").fill("not the right one")
    await desk.page.get_by_role("button", name="Sign in").click()
    await expect(desk.page.get_by_role("alert")).to_be_visible()
    page: Page = desk.page
    assert await faults(page) == []
