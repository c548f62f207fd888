"""The page as people set their screens: twice as large, without motion, in colours of their own."""

import pytest
from playwright.async_api import Page, expect

from tests.e2e.conftest import Sit
from tests.e2e.desk import Desk
from tests.e2e.stage import Stage
from tests.e2e.test_axe_dialogs import tickets_with_pictures
from tests.e2e.test_look_and_reach import fits

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

MOVING = """() => [...document.querySelectorAll('*')].filter(one => {
    const style = getComputedStyle(one);
    const moves = style.transitionDuration.split(',').some(time => parseFloat(time) > 0);
    return moves || style.animationName !== 'none';
  }).map(one => one.outerHTML.slice(0, 120))"""
# what forced colours leave of an element: its outline, and the edges around it
DRAWN = """one => {
    const style = getComputedStyle(one);
    return style.outlineStyle !== 'none' || style.borderTopStyle !== 'none';
  }"""


async def _thread(desk: Desk, stage: Stage) -> None:
    line, ticket = await tickets_with_pictures(stage)
    await desk.go(f"/inbox/{line.id}/{ticket}")
    await expect(desk.page.locator(".flow")).to_contain_text("It leaks.")


async def _dialog(page: Page, key: str) -> None:
    await page.locator(".flow").focus()
    await page.keyboard.press(key)
    await expect(page.locator("dialog[open]")).to_be_visible()


async def test_at_twice_the_size_nothing_is_lost(stage: Stage, sit: Sit) -> None:
    """A window of 1440 by 900 at 200 %: thread, details, views and dialogs fit and are reached."""
    desk = await sit(viewport={"width": 720, "height": 450}, device_scale_factor=2)
    await _thread(desk, stage)
    await fits(desk.page)
    await desk.pen.fill("An answer that is long enough to wrap. " * 4)
    await expect(desk.button("Send")).to_be_in_viewport()
    for key in ("h", "m", "c", "?"):
        await _dialog(desk.page, key)
        await fits(desk.page)
        close = desk.page.locator("dialog[open]").get_by_role("button", name="Close", exact=True)
        await expect(close).to_be_in_viewport()
        await close.click()
        await expect(desk.page.locator("dialog[open]")).to_have_count(0)
    await desk.button("Details").click()
    await expect(desk.panel).to_be_visible()
    await fits(desk.page)


async def test_nothing_moves_for_who_asks_for_stillness(stage: Stage, sit: Sit) -> None:
    """Neither the page nor what opens over it."""
    desk = await sit(viewport={"width": 800, "height": 700}, reduced_motion="reduce")
    await _thread(desk, stage)
    assert await desk.page.evaluate(MOVING) == []
    for key in ("h", "Control+k"):
        await _dialog(desk.page, key)
        assert await desk.page.evaluate(MOVING) == []
        await desk.page.keyboard.press("Escape")
    await desk.button("Details").click()
    await expect(desk.panel).to_be_visible()
    assert await desk.page.evaluate(MOVING) == []


async def test_states_are_seen_in_forced_colours(stage: Stage, sit: Sit) -> None:
    """What is chosen, open, ticked or switched on has an edge where grounds are taken away."""
    desk = await sit(forced_colors="active")
    await _thread(desk, stage)
    page = desk.page
    await expect(page.locator(".conv.open")).to_be_visible()
    chosen = desk.composer.get_by_role("radio", name="Reply")
    for one in (page.locator(".conv.open"), chosen, desk.button("Send").first):
        assert await one.evaluate(DRAWN), await one.evaluate("one => one.outerHTML")
    link = page.get_by_role("navigation").locator("a[aria-current]").first
    assert await link.evaluate(DRAWN)
    await _dialog(page, "Control+k")
    assert await page.locator("[role=option][aria-selected=true]").evaluate(DRAWN)
    await page.keyboard.press("Escape")
    await _dialog(page, "?")
    switch = page.get_by_role("switch", name="Single-key shortcuts")
    assert await switch.evaluate(DRAWN)
    on = await switch.evaluate("one => getComputedStyle(one).backgroundColor")
    await switch.click()
    await expect(switch).to_have_attribute("aria-checked", "false")
    assert await switch.evaluate("one => getComputedStyle(one).backgroundColor") != on
