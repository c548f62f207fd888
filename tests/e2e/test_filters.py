"""Filters of the list: chosen, read as chips, kept by the address, taken out."""

import re

import pytest
from playwright.async_api import expect

from tests.e2e.axe import faults
from tests.e2e.conftest import Sit
from tests.e2e.stage import Stage

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


async def test_filters_narrow_an_inbox_and_come_out_again(stage: Stage, sit: Sit) -> None:
    """Chosen by keyboard; the address brings them back; a chip takes one out."""
    line = await stage.inbox("api")
    urgent = {"id": f"{line.id}-li", "name": "李雷"}
    await stage.customers.api(line, urgent, "The burner of the cooker is bent.")
    ticket = await stage.ticket(line)
    change = {"priority": "urgent", "tags": ["stove top"]}
    await stage.site.client.call("PATCH", f"/tickets/{ticket['id']}", change)
    other = {"id": f"{line.id}-noor", "name": "Noor Haddad"}
    await stage.customers.api(line, other, "Where is my parcel?")
    await stage.ticket(line, at_least=2)
    desk = await sit()
    page = desk.page
    await desk.look_at(line)
    await expect(desk.list.get_by_role("row")).to_have_count(2)

    await page.keyboard.press("Shift+F")
    form = page.get_by_role("dialog", name="Filter")
    await expect(form.get_by_label("Status")).to_be_focused()
    assert not await faults(page)
    await form.get_by_label("Priority").select_option("Urgent")
    await expect(desk.list.get_by_role("row")).to_have_count(1)
    chips = page.get_by_role("list", name="Understood as")
    await expect(chips).to_contain_text(f"Inbox: {line.name}")
    await expect(chips).to_contain_text("Priority: Urgent")
    await form.get_by_label("Tag").fill("stove top")
    await form.get_by_label("Tag").press("Enter")
    await expect(chips).to_contain_text("Tag: stove top")
    await page.keyboard.press("Escape")
    await expect(form).to_be_hidden()
    await expect(page.get_by_role("button", name="Filter")).to_be_focused()
    await expect(page).to_have_url(re.compile("/search/open.*q=.*priority"))

    await page.reload()
    await expect(desk.row("李雷")).to_be_visible()
    await expect(desk.list.get_by_role("row")).to_have_count(1)
    assert not await faults(page)
    for chip in ("Tag: stove top", "Priority: Urgent"):
        await chips.get_by_role("button", name=f"Search without {chip}").click()
        await expect(chips).not_to_contain_text(chip)
    await expect(desk.list.get_by_role("row")).to_have_count(2)
