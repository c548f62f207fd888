"""Notifications: counted, listed, told in the page and by the desktop, silent in quiet hours."""

import pytest
from playwright.async_api import expect

from tests.e2e.conftest import Sit
from tests.e2e.desk import Desk
from tests.e2e.stage import Stage

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


async def _read_all(desk: Desk) -> None:
    """What other journeys left is read away."""
    await desk.button("Notifications").click()
    listed = desk.page.get_by_role("dialog", name="Notifications")
    empty = listed.get_by_text("Nothing to know yet")
    await expect(listed.get_by_role("listitem").first.or_(empty)).to_be_visible()
    read = listed.get_by_role("button", name="Mark all read")
    if await read.is_visible():
        await read.click()
        await expect(read).to_have_count(0)
    await desk.page.keyboard.press("Escape")
    await expect(listed).to_have_count(0)


async def test_a_ticket_that_becomes_mine_calls_me_once_and_is_read_away(
    stage: Stage, sit: Sit
) -> None:
    """A toast leads there; the bell counts; the list opens it; reading empties the bell."""
    line = await stage.inbox("api")
    await stage.customers.api(line, {"id": f"{line.id}-1", "name": "Ada Moe"}, "Who takes this?")
    ticket = await stage.ticket(line)
    agents = (await stage.site.client.call("GET", "/agents"))["items"]
    jun = next(one["id"] for one in agents if one["name"] == "Jun Park")
    desk = await sit("Jun Park")
    await desk.go("/view/mine")
    await expect(desk.page.get_by_text("Live", exact=True)).to_be_visible()
    await _read_all(desk)

    take = {"assignee_id": jun}
    await stage.site.client.call("PATCH", f"/tickets/{ticket['id']}", take)
    await expect(desk.toast("Mira Okafor assigned it to you")).to_have_count(1)
    bell = desk.page.get_by_role("button", name="Notifications, 1 unread")
    await bell.click()
    listed = desk.page.get_by_role("dialog", name="Notifications")
    await expect(listed.get_by_role("listitem").first).to_contain_text(f"#{ticket['number']}")
    await listed.get_by_role("link", name="Mira Okafor assigned it to you").first.click()
    await expect(desk.thread).to_contain_text("Who takes this?")
    await expect(desk.page.get_by_role("button", name="Notifications", exact=True)).to_be_visible()
