"""Every dialog and panel that opens over the inbox: how it is opened, in English or Chinese."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from playwright.async_api import Locator, expect

from tests.e2e.desk import Desk

OVER = "dialog[open], [role=dialog], [role=listbox]:not([hidden])"


async def _press(desk: Desk, key: str) -> None:
    await desk.page.locator(".flow").focus()
    await desk.page.keyboard.press(key)


def _by(key: str) -> Callable[[Desk], Awaitable[None]]:
    async def step(desk: Desk) -> None:
        await _press(desk, key)

    return step


def named(desk: Desk, english: str, chinese: str) -> Locator:
    """The first button whose name begins so in either language."""
    name = re.compile(f"^({english}|{chinese})")
    return desk.page.get_by_role("button", name=name).first


async def entry(desk: Desk, words: str) -> None:
    """An entry of the open menu."""
    await desk.page.get_by_role("menuitem", name=re.compile(words)).click()


async def _merge(desk: Desk) -> None:
    await _press(desk, "m")
    await desk.page.locator(".picker input").fill("parcel")
    await desk.page.locator(".picker li button").first.click()
    await expect(desk.page.locator(".merge-result")).to_be_visible()


async def _split(desk: Desk) -> None:
    await desk.page.locator(".thread .top button[aria-haspopup=menu]").last.click()
    await entry(desk, "Split|拆分")
    await desk.page.locator(".split-line input").first.click()


async def _schedule(desk: Desk) -> None:
    await desk.pen.fill("Tomorrow then.")
    await desk.composer.locator(".split button[aria-haspopup=menu]").click()
    await entry(desk, "Send later|定时")


async def _canned(desk: Desk) -> None:
    await desk.pen.press_sequentially("/exch")


async def _lightbox(desk: Desk) -> None:
    await desk.page.locator(".photo").first.click()


async def _link(desk: Desk) -> None:
    if not await desk.page.locator(".panel").count():
        await named(desk, "Details", "详情").click()
    await named(desk, "Link a ticket", "关联").click()


async def _rail(desk: Desk) -> None:
    if not await desk.page.locator(".rail").count():
        await desk.page.locator(".list .top button").first.click()


async def _notices(desk: Desk) -> None:
    await _rail(desk)
    await desk.page.locator(".bell").first.click()


async def _view(desk: Desk) -> None:
    await _rail(desk)
    await named(desk, "New view", "新建视图").click()
    await named(desk, "Add a condition", "添加条件").click()


async def _filters(desk: Desk) -> None:
    await named(desk, "Filter", "筛选").click()


async def _bulk(desk: Desk) -> None:
    await desk.list.get_by_role("checkbox").first.click()


@dataclass(frozen=True)
class Dialog:
    """``beside``: opened from the list, which a phone shows without a ticket."""

    open: Callable[[Desk], Awaitable[None]]
    beside: bool = False
    over: str = OVER


DIALOGS: dict[str, Dialog] = {
    "palette": Dialog(_by("Control+k")),
    "keys": Dialog(_by("?")),
    "merge": Dialog(_merge),
    "split": Dialog(_split),
    "snooze": Dialog(_by("h")),
    "canned": Dialog(_canned),
    "schedule": Dialog(_schedule),
    "lightbox": Dialog(_lightbox),
    "link": Dialog(_link, over="dialog:has(.merge-body)"),
    "start": Dialog(_by("c")),
    "notices": Dialog(_notices, beside=True, over="dialog.left:has(.notices-head)"),
    "view": Dialog(_view, beside=True, over="dialog:has(.view-form)"),
    "filters": Dialog(_filters, beside=True, over=".filters"),
    "bulk": Dialog(_bulk, beside=True, over=".bulk"),
}
