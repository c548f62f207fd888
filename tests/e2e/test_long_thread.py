"""A thread that is longer than a page can hold: back to its beginning, live words meanwhile."""

import asyncio

import pytest
from playwright.async_api import Page, Request, expect

from tests.e2e.conftest import Sit
from tests.e2e.stage import Stage

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

SAID = 260
# what stands in the page: entries, skeletons and the typing line besides
MOST = 170
LONGEST = """() => {
  window.longest = 0;
  const note = list => list.getEntries().forEach(
    one => { window.longest = Math.max(window.longest, one.duration); });
  new PerformanceObserver(note).observe({type: 'longtask'});
}"""


async def _back_to_the_beginning(page: Page, first: str) -> int:
    """Scrolls up until the first words stand there; the most entries that were in the page."""
    flow = page.locator(".flow")
    most: int = 0
    for _ in range(400):
        await flow.evaluate("box => { box.scrollTop = Math.max(0, box.scrollTop - 900); }")
        await asyncio.sleep(0.05)
        most = max(most, int(await flow.evaluate("box => box.children.length")))
        if await flow.get_by_text(first, exact=True).count():
            return most
    raise AssertionError(f"{first} is never reached")


async def test_a_long_thread_stays_light_and_live(stage: Stage, sit: Sit) -> None:
    """Bounded far back, one request for news, nothing lost, and one press to the newest."""
    line = await stage.inbox("api")
    sender = {"id": f"{line.id}-1", "name": "Astrid Hove"}
    for number in range(SAID):
        await stage.customers.api(line, sender, f"Line {number}.")
    await stage.site.settle(60)
    ticket = (await stage.ticket(line))["id"]
    desk = await sit()
    await desk.look_at(line, ticket)
    await expect(desk.thread).to_contain_text(f"Line {SAID - 1}.")
    await desk.page.evaluate(LONGEST)
    assert await _back_to_the_beginning(desk.page, "Line 0.") <= MOST
    print("longest task going back, ms:", await desk.page.evaluate("window.longest"))
    await expect(desk.thread).not_to_contain_text(f"Line {SAID - 1}.")

    await expect(desk.page.get_by_role("button", name="To the newest")).to_be_visible()
    asked: list[str] = []

    def note(request: Request) -> None:
        if f"/tickets/{ticket}/" in request.url and request.method == "GET":
            asked.append(request.url)

    desk.page.on("request", note)
    await stage.customers.api(line, sender, "Said while you read the past.")
    await expect(desk.row("Said while you read")).to_be_visible()
    to_newest = desk.page.get_by_role("button", name="New message below")
    await expect(to_newest).to_be_visible()
    await expect(desk.thread).to_contain_text("Line 0.")
    await to_newest.click()
    said = desk.thread.get_by_text("Said while you read the past.")
    await expect(said).to_be_in_viewport()
    assert not [url for url in asked if "cursor=" in url], asked

    await _back_to_the_beginning(desk.page, "Line 0.")
    await desk.thread.focus()
    await desk.page.keyboard.press("End")
    await expect(said).to_be_in_viewport()
