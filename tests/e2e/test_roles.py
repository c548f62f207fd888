"""What a role may not do is not offered: neither by pointer nor by key."""

import re

import pytest
from playwright.async_api import expect

from tests.e2e.axe import faults
from tests.e2e.conftest import Sit
from tests.e2e.desk import Desk
from tests.e2e.stage import Stage
from tests.site import PASSWORD

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


async def _as(stage: Stage, sit: Sit, role: str) -> Desk:
    """A new agent of that role, signed in by the page."""
    email = f"{role}@halden.example"
    body = {"email": email, "name": f"Kim {role}", "role": role, "password": PASSWORD}
    await stage.site.client.call("POST", "/agents", body)
    desk = await sit()
    await desk.context.clear_cookies()
    await desk.go("/")
    await desk.page.get_by_label("Email").fill(email)
    await desk.page.get_by_label("Password").fill(PASSWORD)
    await desk.page.get_by_role("button", name="Sign in").click()
    await expect(desk.page.get_by_text(f"Kim {role}")).to_be_visible()
    return desk


async def _ticket(stage: Stage, desk: Desk) -> str:
    line = await stage.inbox("api")
    await stage.customers.api(line, {"id": f"{line.id}-1", "name": "Solveig Dal"}, "Too small")
    ticket = (await stage.ticket(line))["id"]
    change = {"tags": ["size"]}
    await stage.site.client.call("PATCH", f"/tickets/{ticket}", change)
    await stage.site.client.call("POST", f"/tickets/{ticket}/checklist", {"text": "Measure"})
    await desk.look_at(line, str(ticket))
    await expect(desk.panel.get_by_text("size", exact=True)).to_be_visible()
    await desk.page.wait_for_load_state("networkidle")
    return str(ticket)


async def test_who_only_reads_and_notes_is_offered_only_that(stage: Stage, sit: Sit) -> None:
    """A light agent: facts are words, the pen is for notes, keys that would change do nothing."""
    desk = await _as(stage, sit, "light")
    ticket = await _ticket(stage, desk)
    page, panel = desk.page, desk.panel
    for name in ("Solve", "Snooze", "New conversation", "Send", "Assign #"):
        await expect(desk.button(name)).to_have_count(0)
    for name in ("Status:", "Priority:", "Assignee:", "Remove tag", "Add a tag", "Add a step"):
        await expect(panel.get_by_role("button", name=name)).to_have_count(0)
    await expect(panel.get_by_role("checkbox", name="Measure")).to_be_disabled()
    await expect(desk.composer.get_by_role("radio")).to_have_text(["Note"])
    await expect(desk.composer).to_contain_text("leave notes, not answer it")
    await page.locator(".flow").focus()
    for key in ("e", "a", "s", "h", "c", "r"):
        await page.keyboard.press(key)
    await expect(page.locator("dialog[open]")).to_have_count(0)
    await page.keyboard.press("Control+k")
    commands = page.get_by_role("listbox", name="Command palette").get_by_role("option")
    await expect(commands.filter(has_text="Follow")).to_have_count(1)
    await expect(commands.filter(has_text=re.compile("^Assign"))).to_have_count(0)
    await page.keyboard.press("Escape")
    assert await faults(page) == []
    await desk.note("She measured twice.")
    await expect(desk.thread).to_contain_text("She measured twice.")
    whole = await stage.site.client.call("GET", f"/tickets/{ticket}")
    assert (whole["status"], whole["assignee"]) == ("new", None)


async def test_who_answers_but_may_not_change_sends_and_no_more(stage: Stage, sit: Sit) -> None:
    """No "Send and solve"; its key sends nothing."""
    wanted = {"name": "Answers only", "permissions": ["read", "reply", "note"]}
    role = await stage.site.client.call("POST", "/roles", wanted)
    desk = await _as(stage, sit, role["id"])
    ticket = await _ticket(stage, desk)
    await desk.pen.fill("We send a larger one.")
    await desk.button("More ways to send").click()
    entries = desk.page.get_by_role("menuitem")
    await expect(entries).to_have_text(["Send later…"])
    await desk.page.keyboard.press("Escape")
    await desk.pen.press("Control+Shift+Enter")
    await desk.holds("We send a larger one.")
    await desk.pen.press("Control+Enter")
    await expect(desk.thread).to_contain_text("We send a larger one.")
    await desk.holds("")
    whole = await stage.site.client.call("GET", f"/tickets/{ticket}")
    assert whole["status"] in {"new", "open"}


async def test_who_only_reads_is_told_so(stage: Stage, sit: Sit) -> None:
    """In place of the composer."""
    desk = await _as(stage, sit, "compliance")
    await _ticket(stage, desk)
    await expect(desk.composer).to_have_count(0)
    told = desk.page.get_by_text("You can read this ticket, not answer it.")
    await expect(told).to_be_visible()
    assert await faults(desk.page) == []
