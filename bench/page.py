"""``python -m bench.page``: the inbox in Chromium under load.

Times are wall times of the page; of tasks also the CPU time of its thread is told.
"""

import argparse
import asyncio
import itertools
import os
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from playwright.async_api import Browser, BrowserContext, Page, Route, async_playwright, expect

from bench.fill import fill
from bench.tasks import watched
from tests.e2e.customers import Line
from tests.e2e.stage import Stage
from tests.peers.provider import Provider
from tests.peers.smtp_sink import SmtpSink
from tests.site import EMAIL, PASSWORD, Site

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
CUSTOMERS, OPENED, PRESSED, AT_ONCE = 60, 10, 100, 16
# What is watched from before the page's own first line.
WATCH = """
window.seen = {list: 0, longest: 0, painted: []};
new MutationObserver((_, observer) => {
  if (!document.querySelector('[role=grid] [role=row] a')) return;
  requestAnimationFrame(() => setTimeout(() => { window.seen.list ||= performance.now(); }));
  observer.disconnect();
}).observe(document, {childList: true, subtree: true});
new PerformanceObserver(list => list.getEntries().forEach(one => {
  window.seen.longest = Math.max(window.seen.longest, one.duration);
})).observe({type: 'longtask'});
// A step is painted when the next row is the open one, not with the first frame after the key.
addEventListener('keydown', () => {
  const pressed = performance.now();
  const open = () => document.querySelector('[role=row] a[aria-current=true]');
  const before = open();
  new MutationObserver((_, observer) => {
    if (open() === before) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => {
      window.seen.painted.push(performance.now() - pressed);
    }));
  }).observe(document, {attributeFilter: ['aria-current'], childList: true, subtree: true});
}, true);
"""
# Looking for roles and names would be the page's longest task itself.
OPEN_FIRST = "document.querySelector('[role=row] a').click()"
WORDS_THERE = "document.querySelector('[role=log]')?.textContent.includes('about the stove')"
TO_THE_END = """async rows => {
  const grid = document.querySelector('[role=grid]');
  const boxes = [grid, grid.parentElement, grid.parentElement.parentElement];
  const scroller = boxes.find(one => one.scrollHeight > one.clientHeight + 4);
  const count = () => scroller.scrollHeight / grid.querySelector('[role=row]').offsetHeight;
  for (let turn = 0; turn < 20000; turn += 1) {
    // Where the number of rows is known there are no more.
    if (count() >= rows || grid.getAttribute('aria-rowcount') !== '-1') break;
    scroller.scrollTop = scroller.scrollHeight;
    await new Promise(done => setTimeout(done, 50));
  }
  const held = Math.round(count());
  scroller.scrollTop = 0;
  return held;
}"""


class Room:
    """A site, and a browser that is signed in to it."""

    def __init__(self, stage: Stage, browser: Browser, context: BrowserContext) -> None:
        self.stage = stage
        self.browser = browser
        self.context = context
        self.serial = itertools.count()

    async def page(self, path: str) -> Page:
        """A new page, watched."""
        page = await self.context.new_page()
        await page.add_init_script(WATCH)
        await page.goto(f"{self.stage.site.url}/app{path}")
        return page

    async def say(self, line: Line, who: int) -> None:
        """One more message of a customer."""
        number = next(self.serial)
        sender = {"id": f"{line.id}-{who}", "name": f"Customer {who}"}
        await self.stage.customers.api(line, sender, f"Message {number} about the stove.")


@asynccontextmanager
async def room() -> AsyncIterator[Room]:
    """Everything started, one agent signed in."""
    folder = Path(tempfile.mkdtemp(prefix="parley-page-"))
    async with Provider() as provider, aiohttp.ClientSession() as http, async_playwright() as play:
        with SmtpSink() as sink:
            async with Site(folder) as site:
                browser = await play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
                stage = Stage(site, provider, sink, http)
                yield Room(stage, browser, await signed_in(browser, site.url))
                await browser.close()


async def signed_in(browser: Browser, url: str) -> BrowserContext:
    """By the page, as people do."""
    context = await browser.new_context(
        locale="en-US", viewport={"width": 1440, "height": 900}, service_workers="block"
    )
    page = await context.new_page()
    await page.goto(url)
    await page.get_by_label("Email").fill(EMAIL)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="My open")).to_be_visible()
    await page.close()
    return context


async def first_list(room: Room, line: Line) -> str:
    """From the address typed to the first row painted, the browser's cache warm."""
    taken = []
    for _ in range(OPENED):
        page = await room.page(f"/inbox/{line.id}")
        await page.wait_for_function("() => window.seen.list > 0")
        taken.append(float(await page.evaluate("window.seen.list")))
        await page.close()
    return f"first row painted after {statistics.median(taken):.0f} ms, at most {max(taken):.0f}"


async def next_ones(room: Room, line: Line, rows: int) -> str:
    """``j`` through a list that holds so many rows."""
    await fill(room.stage.site.db, rows, 0)
    await room.context.route("**/api/v1/tickets?*", _largest_pages)
    page = await room.page(f"/inbox/{line.id}")
    await page.wait_for_function("() => window.seen.list > 0")
    held = await page.evaluate(TO_THE_END, rows)
    await page.evaluate("window.seen.painted = []")
    async with watched(room.browser, page) as tasks:
        for _ in range(PRESSED):
            await page.keyboard.press("j")
            await asyncio.sleep(0.3)
    painted = sorted(await page.evaluate("window.seen.painted"))
    await page.close()
    late = painted[int(0.95 * len(painted))]
    return (
        f"j among {held} rows painted after {statistics.median(painted):.0f} ms, p95 {late:.0f}; "
        f"longest task {tasks.longest}"
    )


async def _largest_pages(route: Route) -> None:
    """Ten thousand rows by fifty take minutes to come."""
    await route.continue_(url=f"{route.request.url}&limit=100")


async def long_thread(room: Room, messages: int) -> str:
    """Opening a thread of so many messages, and one more that comes in."""
    line = await room.stage.inbox("api")
    await asyncio.gather(*(_speak(room, line, messages // AT_ONCE) for _ in range(AT_ONCE)))
    await room.stage.site.settle(300)
    page = await room.page(f"/inbox/{line.id}")
    await page.wait_for_function("() => window.seen.list > 0")
    await page.wait_for_load_state("networkidle")
    async with watched(room.browser, page) as opening:
        await page.evaluate(OPEN_FIRST)
        await page.wait_for_function(WORDS_THERE)
        await page.wait_for_load_state("networkidle")
    async with watched(room.browser, page) as live:
        for _ in range(5):
            await room.say(line, 0)
            await asyncio.sleep(1)
    await page.close()
    return (
        f"longest task, thread of {messages}: opening {opening.longest}, live update {live.longest}"
    )


async def _speak(room: Room, line: Line, count: int) -> None:
    for _ in range(count):
        await room.say(line, 0)


async def an_hour(room: Room, line: Line, minutes: float) -> AsyncIterator[str]:
    """One message a second while an agent looks at a ticket; the heap after collection."""
    page = await room.page(f"/inbox/{line.id}")
    await page.get_by_role("grid").get_by_role("link").first.click()
    devtools = await room.context.new_cdp_session(page)
    end = time.monotonic() + 60 * minutes
    minute = 0
    while time.monotonic() < end:
        for _ in range(60):
            await asyncio.gather(room.say(line, next(room.serial) % CUSTOMERS), asyncio.sleep(1))
        minute += 1
        await devtools.send("HeapProfiler.collectGarbage")
        used = (await devtools.send("Runtime.getHeapUsage"))["usedSize"] / 1e6
        nodes = await page.evaluate("document.getElementsByTagName('*').length")
        longest = await page.evaluate("window.seen.longest")
        yield f"minute {minute}: heap {used:.1f} MB, {nodes} elements, longest {longest:.0f} ms"


async def main() -> None:
    """One line a measurement."""
    chosen = argparse.ArgumentParser(prog="python -m bench.page", description=__doc__)
    chosen.add_argument("--minutes", type=float, default=60, help="of live traffic")
    chosen.add_argument("--rows", type=int, default=10_000)
    chosen.add_argument("--messages", type=int, default=2_000)
    given = chosen.parse_args()
    async with room() as made:
        line = await made.stage.inbox("api")
        for who in range(CUSTOMERS):
            await made.say(line, who)
        await made.stage.site.settle(60)
        tell(await first_list(made, line))
        tell(await long_thread(made, given.messages))
        async for told in an_hour(made, line, given.minutes):
            tell(told)
        tell(await next_ones(made, line, given.rows))


def tell(line: str) -> None:
    """With how busy the machine is."""
    print(f"{line} (load {os.getloadavg()[0]:.1f})", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
