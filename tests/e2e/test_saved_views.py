"""Saved views: made, counted, changed, deleted; the built-in ones beside them."""

import asyncio

import pytest
from playwright.async_api import expect

from tests.e2e.conftest import Sit
from tests.e2e.stage import Stage

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


async def test_a_view_is_saved_counted_changed_and_deleted(stage: Stage, sit: Sit) -> None:
    """By its dialog alone; the rail counts live, the list holds what fits."""
    line = await stage.inbox("api")
    for number, text in enumerate(("The stove leaks", "A tent pole")):
        sender = {"id": f"{line.id}-{number}", "name": f"Customer {number}"}
        await stage.customers.api(line, sender, text)
        await stage.ticket(line, at_least=number + 1)
    desk = await sit()
    await desk.look_at(line)
    await desk.page.get_by_role("button", name="New view").click()
    form = desk.page.get_by_role("dialog", name="New view")
    await form.get_by_label("Name", exact=True).fill(f"Urgent of {line.name}")
    save = form.get_by_role("button", name="Save view")
    add = form.get_by_role("button", name="Add a condition").first
    await add.click()
    await expect(save).to_be_disabled()
    await form.get_by_label("Field").select_option("Priority")
    await form.get_by_label("Priority", exact=True).select_option("Urgent")
    await add.click()
    await form.get_by_label("Field").nth(1).select_option("Inbox")
    await form.get_by_label("Inbox", exact=True).select_option(line.name)
    await save.click()
    await expect(desk.page.get_by_role("heading", name=f"Urgent of {line.name}")).to_be_visible()
    await expect(desk.page.get_by_text("Nothing here")).to_be_visible()

    ticket = (await stage.ticket(line))["id"]
    await stage.site.client.call("PATCH", f"/tickets/{ticket}", {"priority": "urgent"})
    link = desk.page.get_by_role("navigation").get_by_role("link", name=f"Urgent of {line.name}")
    await expect(link).to_contain_text("1")
    await expect(desk.row("A tent pole")).to_be_visible()
    await expect(desk.list.get_by_role("row")).to_have_count(1)

    await desk.page.get_by_role("button", name="Change view").click()
    form = desk.page.get_by_role("dialog", name="Change view")
    await form.get_by_label("What is asked of Priority").select_option("is none of")
    await form.get_by_role("button", name="Save view").click()
    await expect(desk.row("The stove leaks")).to_be_visible()
    await desk.page.get_by_role("button", name="Change view").click()
    await form.get_by_role("button", name="Delete view").click()
    await expect(link).to_have_count(0)
    await expect(desk.page.get_by_role("heading", name="My open")).to_be_visible()


async def test_a_snoozed_ticket_stands_in_its_view_alone(stage: Stage, sit: Sit) -> None:
    """Put off, it leaves the open ones and stands in Snoozed."""
    line = await stage.inbox("api")
    await stage.customers.api(line, {"id": f"{line.id}-1", "name": "Ada Moe"}, "Not before May")
    ticket = await stage.ticket(line)
    desk = await sit()
    await desk.look_at(line)
    await expect(desk.row("Not before May")).to_be_visible()
    await stage.site.client.call("PUT", f"/tickets/{ticket['id']}/snooze", {"until": None})
    read, asleep = stage.site.client.call, {"view": "snoozed"}
    async with asyncio.timeout(15):  # where a ticket stands is worked out after the change
        while not (await read("GET", "/tickets", query=asleep))["items"]:  # noqa: ASYNC110  as said
            await asyncio.sleep(0.1)
    await desk.go("/view/snoozed")
    await expect(desk.row("Not before May")).to_be_visible()
    await desk.look_at(line)
    await expect(desk.page.get_by_text("Nothing here")).to_be_visible()
