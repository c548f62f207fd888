"""Search by words, in Chinese, and by number."""

import pytest
from playwright.async_api import expect

from tests.e2e.conftest import Sit
from tests.e2e.desk import Desk
from tests.e2e.stage import Stage

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


async def test_words_chinese_and_numbers_find_their_ticket(stage: Stage, sit: Sit) -> None:
    """Slash focuses the field; hits are marked; solved ones only when asked for."""
    line = await stage.inbox("api")
    chinese = {"id": f"{line.id}-wang", "name": "王芳"}
    await stage.customers.api(line, chinese, "你好,炉头的阀门漏气,请问怎么办?")
    number = (await stage.ticket(line))["number"]
    english = {"id": f"{line.id}-kim", "name": "Kim Sato"}
    await stage.customers.api(line, english, "The gaiters shrank in the tumble dryer.")
    other = await stage.ticket(line, at_least=2)
    desk = await sit()
    await desk.look_at(line)
    await stage.indexed()

    await _search(desk, "阀门漏气")
    await expect(desk.list.get_by_role("row")).to_have_count(1)
    await expect(desk.row("王芳").locator("mark").first).to_contain_text("阀门")
    await _search(desk, "gaiters dryer")
    await expect(desk.list.get_by_role("row")).to_have_count(1)
    await expect(desk.row("Kim Sato").locator("mark").first).to_have_text("gaiters")
    await _search(desk, f"#{number}")
    await expect(desk.list.get_by_role("row")).to_have_count(1)
    await desk.open("王芳")
    await expect(desk.thread).to_contain_text("炉头的阀门漏气")

    await _search(desk, "nobodywrotethisword")
    await expect(desk.page.get_by_text("No ticket matches “nobodywrotethisword”")).to_be_visible()

    solved = {"status": "solved"}
    await stage.site.client.call("PATCH", f"/tickets/{other['id']}", solved)
    await _search(desk, "gaiters")
    await expect(desk.page.get_by_text("No ticket matches")).to_be_visible()
    await desk.page.get_by_role("link", name="Search solved too").click()
    await expect(desk.row("Kim Sato")).to_contain_text("Solved")


async def _search(desk: Desk, words: str) -> None:
    await desk.page.locator("h1").click()
    await desk.page.keyboard.press("/")
    field = desk.page.get_by_role("searchbox", name="Search tickets")
    await expect(field).to_be_focused()
    await field.fill(words)
    await field.press("Enter")
