"""The focus of who works by keyboard: into a dialog, back to what opened it, and never nowhere."""

import re
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.conftest import Sit
from tests.e2e.customers import Line
from tests.e2e.desk import Desk
from tests.e2e.stage import Stage

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

SLOW_FRAMES = """
    window.requestAnimationFrame = run => setTimeout(() => run(performance.now()), 400);
"""
IN_A_MENU = "() => document.activeElement.closest('[role=menu]') !== null"


async def _ticket(stage: Stage, sit: Sit, **changes: Any) -> tuple[Desk, Line, str]:
    line = await stage.inbox("email")
    await stage.customers.mail(line, ("Tove Dahl", "tove@posta.example"), "Rope", "It frays.")
    ticket = (await stage.ticket(line))["id"]
    if changes:
        await stage.site.client.call("PATCH", f"/tickets/{ticket}", changes)
    desk = await sit()
    await desk.look_at(line, ticket)
    await expect(desk.thread).to_contain_text("It frays.")
    await desk.page.wait_for_load_state("networkidle")
    return desk, line, ticket


async def _gone_and_back(desk: Desk, opener: Locator, title: str, close: str) -> None:
    dialog = desk.page.get_by_role("dialog", name=title)
    await opener.press("Enter")
    await expect(dialog).to_be_visible()
    inside = "one => one.contains(document.activeElement)"
    assert await dialog.evaluate(inside), f"focus is not in {title}"
    if close == "Escape":
        await desk.page.keyboard.press("Escape")
    else:
        await dialog.get_by_role("button", name=close, exact=True).press("Enter")
    await expect(dialog).to_have_count(0)
    await expect(opener).to_be_focused()


async def test_focus_comes_back_to_what_opened_a_dialog(stage: Stage, sit: Sit) -> None:
    """Closed by its cross, by Cancel or by Escape, all the same."""
    desk, _, _ = await _ticket(stage, sit)
    button = desk.page.get_by_role("button", name="Snooze", exact=True)
    await _gone_and_back(desk, button, "Snooze", "Close")
    await _gone_and_back(desk, button, "Snooze", "Escape")
    bell = desk.page.get_by_role("button", name=re.compile("^Notifications"))
    await _gone_and_back(desk, bell, "Notifications", "Close")
    await _gone_and_back(desk, desk.button("New view"), "New view", "Cancel")
    await _gone_and_back(desk, desk.button("New conversation"), "New conversation", "Cancel")
    await _gone_and_back(desk, desk.button("Link a ticket"), "Link a ticket", "Close")


async def test_focus_comes_back_to_the_menu_that_opened_a_dialog(stage: Stage, sit: Sit) -> None:
    """The menu's entry is gone by then; its button is not."""
    desk, _, _ = await _ticket(stage, sit)
    more = desk.page.get_by_role("button", name="More", exact=True)
    for words, title in (("Merge", "Merge two tickets"), ("Split off", "Split off a ticket")):
        await more.press("Enter")
        await desk.page.get_by_role("menuitem", name=words).press("Enter")
        dialog = desk.page.get_by_role("dialog", name=title)
        await expect(dialog).to_be_visible()
        await dialog.get_by_role("button", name="Cancel").press("Enter")
        await expect(dialog).to_have_count(0)
        await expect(more).to_be_focused()


async def test_escape_closes_a_menu_and_leaves_the_ticket_open(stage: Stage, sit: Sit) -> None:
    """Each menu of the thread, the panel and the list; the key goes no further."""
    desk, _, ticket = await _ticket(stage, sit)
    await desk.pen.fill("Ready")
    menus = (
        desk.page.get_by_role("button", name="More", exact=True),
        desk.button("More ways to send"),
        desk.panel.get_by_role("button", name="Priority:"),
        desk.button("Sort by"),
    )
    for menu in menus:
        await menu.press("Enter")
        await desk.page.wait_for_function(IN_A_MENU)
        await desk.page.keyboard.press("Escape")
        await expect(menu).to_have_attribute("aria-expanded", "false")
        await expect(menu).to_be_focused()
        assert ticket in desk.page.url


async def test_focus_goes_on_when_a_chip_is_taken_out(stage: Stage, sit: Sit) -> None:
    """To the next chip, after the last to what adds one; never to nowhere."""
    desk, _, ticket = await _ticket(stage, sit, tags=["rope", "spring"])
    call = stage.site.client.call
    agents = (await call("GET", "/agents"))["items"]
    for one in agents[:2]:
        await call("PUT", f"/tickets/{ticket}/followers/{one['id']}")
    for text in ("Ask", "Answer"):
        await call("POST", f"/tickets/{ticket}/checklist", {"text": text})
    await desk.page.reload()
    await expect(desk.panel.get_by_role("button", name="Remove step Answer")).to_be_visible()

    press = desk.page.keyboard.press
    panel = desk.panel
    await panel.get_by_role("button", name="Remove tag rope").press("Enter")
    await expect(panel.get_by_role("button", name="Remove tag spring")).to_be_focused()
    await press("Enter")
    add = panel.get_by_role("button", name="Add a tag")
    await expect(add).to_be_focused()
    await press("Enter")
    await desk.page.keyboard.type("winter")
    await press("Enter")
    await expect(panel.get_by_text("winter", exact=True)).to_be_visible()
    await expect(add).to_be_focused()

    await panel.get_by_role("button", name="Remove step Ask").press("Enter")
    await expect(panel.get_by_role("checkbox", name="Answer")).to_be_focused()
    await panel.get_by_role("button", name="Remove step Answer").press("Enter")
    await expect(panel.get_by_role("button", name="Add a step")).to_be_focused()

    followers = panel.get_by_role("region", name="Followers")
    await followers.get_by_role("button", name="Remove").first.press("Enter")
    await expect(followers.get_by_role("button", name="Remove")).to_have_count(1)
    await expect(followers.get_by_role("button", name="Remove")).to_be_focused()
    await press("Enter")
    await expect(followers.get_by_role("button", name="Followers:")).to_be_focused()


async def test_focus_goes_on_when_a_filter_is_taken_out(stage: Stage, sit: Sit) -> None:
    """The chips of a search, to the last."""
    desk, _, _ = await _ticket(stage, sit)
    await desk.go("/search/open?q=is%3Aunread%20priority%3Ahigh")
    chips = desk.page.get_by_role("list", name="Understood as").get_by_role("button")
    await expect(chips).to_have_count(2)
    await chips.first.press("Enter")
    await expect(chips).to_have_count(1)
    await expect(chips.first).to_be_focused()
    await desk.page.keyboard.press("Enter")
    await expect(chips).to_have_count(0)
    lost = "() => document.activeElement === document.body"
    assert not await desk.page.evaluate(lost)


async def test_no_key_is_lost_while_the_editor_of_mails_comes(stage: Stage, sit: Sit) -> None:
    """A key that met no field would be a shortcut: "e" would solve the ticket."""
    line = await stage.inbox("email")
    await stage.customers.mail(line, ("Tove Dahl", "tove@posta.example"), "Rope", "It frays.")
    ticket = (await stage.ticket(line))["id"]
    desk = await sit()
    await desk.page.add_init_script(SLOW_FRAMES)
    await desk.look_at(line, ticket)
    await expect(desk.thread).to_contain_text("It frays.")
    await desk.pen.focus()
    await desk.page.keyboard.type("ee, we send another")
    await desk.holds("ee, we send another")
    await expect(desk.composer.get_by_role("button", name="Bold")).to_be_visible()
    await desk.page.keyboard.press("Escape")
    await desk.page.keyboard.press("r")
    await desk.page.keyboard.type(" e")
    await desk.holds("ee, we send another e")
    assert (await stage.ticket(line))["status"] == "new"


async def test_arrows_lead_to_the_next_row_before_the_next_key(stage: Stage, sit: Sit) -> None:
    """However slowly the page is drawn, what is pressed next is for the row that is shown."""
    line = await stage.inbox("email")
    for number in range(3):
        sender = (f"Writer {number}", f"writer{number}@posta.example")
        await stage.customers.mail(line, sender, f"Rope {number}", "It frays.")
        await stage.ticket(line, at_least=number + 1)
    desk = await sit()
    await desk.page.add_init_script(SLOW_FRAMES)
    await desk.look_at(line)
    await expect(desk.list.get_by_role("row")).to_have_count(3)
    await desk.row("Rope 2").get_by_role("link").focus()
    for key in ("ArrowDown", "ArrowDown", "Space"):
        await desk.page.keyboard.press(key)
    await expect(desk.row("Rope 0")).to_have_attribute("aria-selected", "true")
    await expect(desk.list.locator("[aria-selected=true]")).to_have_count(1)
