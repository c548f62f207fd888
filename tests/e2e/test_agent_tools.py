"""Palette, shortcuts, ticking and bulk, snoozing, writing first, preferences."""

import re

import pytest
from playwright.async_api import expect

from tests.e2e.conftest import Sit
from tests.e2e.customers import Line
from tests.e2e.desk import Desk
from tests.e2e.stage import Stage, until, words

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


async def _tickets(stage: Stage, *texts: str) -> Line:
    line = await stage.inbox("api")
    for number, text in enumerate(texts):
        sender = {"id": f"{line.id}-{number}", "name": f"Customer {number}"}
        await stage.customers.api(line, sender, text)
        await stage.ticket(line, at_least=number + 1)
    return line


async def _statuses(stage: Stage, line: Line) -> list[str]:
    query = {"view": "all", "inbox_id": line.id}
    page = await stage.site.client.call("GET", "/tickets", query=query)
    return sorted(one["status"] for one in page["items"])


async def test_the_palette_does_what_is_typed_and_gives_focus_back(stage: Stage, sit: Sit) -> None:
    """A combobox over a listbox; a command asks its value; Backspace goes up, Escape leaves."""
    line = await _tickets(stage, "The zip is stuck")
    desk = await sit()
    await desk.look_at(line)
    await desk.open("The zip is stuck")
    press = desk.page.keyboard.press
    await desk.pen.focus()
    await press("Control+k")
    box = desk.page.get_by_role("combobox", name="Search commands")
    await expect(box).to_be_focused()
    choices = desk.page.get_by_role("listbox", name="Command palette").get_by_role("option")
    await expect(choices.first).to_have_attribute("aria-selected", "true")

    await box.press_sequentially("priority")
    await press("Enter")
    value = desk.page.get_by_role("combobox", name="Priority")
    await expect(choices).to_have_text(["Urgent", "High", "Normal", "Low"])
    await press("Backspace")
    await expect(box).to_be_focused()
    await press("Escape")
    await expect(desk.pen).to_be_focused()

    await press("Control+k")
    await box.press_sequentially("priority")
    await press("Enter")
    await value.press_sequentially("urg")
    await press("Enter")
    await expect(desk.panel.get_by_role("button", name="Priority: Urgent")).to_be_visible()

    number = (await stage.ticket(line))["number"]
    await desk.go("/view/mine")
    await expect(desk.page.get_by_role("heading", name="My open")).to_be_visible()
    await press("Control+k")
    await box.press_sequentially(f"#{number}")
    await press("Enter")
    await expect(desk.row("The zip is stuck")).to_be_visible()


async def test_shortcuts_are_remapped_refused_and_switched_off_for_every_window(
    stage: Stage, sit: Sit
) -> None:
    """Kept by the server: another browser of the same agent follows."""
    line = await _tickets(stage, "First question", "Second question")
    desk = await sit()
    await desk.look_at(line)
    await expect(desk.list.get_by_role("row")).to_have_count(2)
    press = desk.page.keyboard.press
    await press("?")
    sheet = desk.page.get_by_role("dialog", name="Keyboard")
    await sheet.get_by_role("searchbox").fill("next conv")
    await sheet.get_by_role("button", name="Change the keys of “Next conversation”").click()
    await press("e")
    await expect(sheet).to_contain_text("In use: Solve and next")
    await press("w")
    await press("Enter")
    change = sheet.get_by_role("button", name="Change the keys of “Next conversation”")
    await expect(change).to_be_visible()
    await expect(sheet.get_by_role("listitem")).to_have_text(["Next conversationW"])
    await press("Escape")
    await press("j")
    await expect(desk.composer).to_have_count(0)
    await press("w")
    await expect(desk.thread).to_contain_text("Second question")

    other = await sit()
    await other.look_at(line)
    await expect(other.list.get_by_role("row")).to_have_count(2)
    await other.page.keyboard.press("w")
    await expect(other.thread).to_contain_text("Second question")
    await other.page.keyboard.press("?")
    await other.page.get_by_role("switch", name="Single-key shortcuts").click()
    await other.page.get_by_role("button", name="Close", exact=True).click()
    await other.page.keyboard.press("w")
    await other.page.keyboard.press("Control+k")
    await expect(other.page.get_by_role("combobox")).to_be_visible()
    await expect(other.thread).to_contain_text("Second question")


async def test_ticked_tickets_are_changed_together(stage: Stage, sit: Sit) -> None:
    """Space ticks, Shift stretches; the bar's commands take all of them and nothing else."""
    line = await _tickets(stage, "One", "Two", "Three", "Four")
    desk = await sit()
    await desk.look_at(line)
    await expect(desk.list.get_by_role("row")).to_have_count(4)
    press = desk.page.keyboard.press
    await desk.row("Four").get_by_role("link").focus()
    await press("Space")
    await expect(desk.row("Four")).to_have_attribute("aria-selected", "true")
    await press("ArrowDown")
    await expect(desk.row("Three").get_by_role("link")).to_be_focused()
    await press("ArrowDown")
    await press("Shift+Space")
    bar = desk.page.get_by_role("toolbar", name="Selected tickets")
    await expect(bar).to_contain_text("3 selected")
    await bar.get_by_role("button", name="Status").click()
    await desk.page.get_by_role("option", name="Solved").click()
    await expect(desk.toast("3 tickets changed")).to_be_visible()
    await expect(desk.list.get_by_role("row")).to_have_count(1)
    await expect(bar).to_have_count(0)
    assert await _statuses(stage, line) == ["new", "solved", "solved", "solved"]


async def test_a_snoozed_ticket_says_until_when(stage: Stage, sit: Sit) -> None:
    """Ticked, H asks for a moment; the row shows it; waking takes it back."""
    line = await _tickets(stage, "Call me next week")
    desk = await sit()
    await desk.look_at(line)
    await desk.open("Call me next week")
    await desk.page.locator("h1").click()
    press = desk.page.keyboard.press
    await press("x")
    await press("h")
    await desk.page.get_by_role("option", name="Tomorrow").click()
    await expect(desk.row("Call me").get_by_title("Snoozed until")).to_be_visible()
    assert (await stage.ticket(line))["snooze"] is not None
    await press("x")
    await press("h")
    await desk.page.get_by_role("option", name="Wake now").click()
    await expect(desk.row("Call me").get_by_title("Snoozed until")).to_have_count(0)
    assert (await stage.ticket(line))["snooze"] is None


async def test_writing_first_names_the_wrong_field_and_sends_once(stage: Stage, sit: Sit) -> None:
    """A bad address is told at its field; a good one leaves as one mail and opens its ticket."""
    line = await stage.inbox("email")
    address = f"first-{line.id}@posta.example"
    desk = await sit()
    await desk.look_at(line)
    await expect(desk.page.get_by_role("button", name="New conversation")).to_be_visible()
    await desk.page.keyboard.press("c")
    form = desk.page.get_by_role("dialog", name="New conversation")
    await form.get_by_label("From").select_option(f"{line.name} · {line.address}")
    to = form.get_by_role("combobox", name="To", exact=True)
    await to.fill("not an address")
    await form.get_by_label("Subject").fill("Your order")
    await form.get_by_label("Message").fill("It is ready to be fetched.")
    await form.get_by_role("button", name="Send").click()
    await expect(to).to_have_attribute("aria-invalid", "true")
    await expect(form.get_by_role("alert")).to_be_visible()
    await to.fill(address)
    await form.get_by_role("button", name="Send").dblclick()
    await expect(desk.thread).to_contain_text("It is ready to be fetched.")
    await until(lambda: bool(stage.mails_to(address)), "the mail leaves")
    (mail,) = stage.mails_to(address)
    assert "It is ready to be fetched." in words(mail)


async def test_preferences_are_kept_and_reached_by_the_keyboard(stage: Stage, sit: Sit) -> None:
    """From the inbox to the settings and back, without a mouse."""
    desk = await sit("Jun Park")
    await desk.go("/view/mine")
    await expect(desk.page.get_by_text("Live", exact=True)).to_be_visible()
    await desk.page.keyboard.press("Control+k")
    await desk.page.get_by_role("combobox").press_sequentially("settings")
    await desk.page.keyboard.press("Enter")
    await expect(desk.page.get_by_role("heading", name="Profile and preferences")).to_be_visible()
    send = desk.page.get_by_label("What Send does")
    await send.select_option("Send and solve")
    await desk.page.get_by_role("link", name="Notifications").press("Enter")
    quiet = desk.page.get_by_role("switch", name="Quiet hours")
    await quiet.press("Space")
    await desk.page.get_by_label("Quiet from").fill("21:30")
    await desk.page.reload()
    await expect(desk.page.get_by_label("Quiet from")).to_have_value("21:30")
    await desk.page.get_by_role("link", name="Profile").press("Enter")
    await expect(send).to_have_value("solved")
    await desk.page.get_by_role("link", name=re.compile("Back to the inbox")).press("Enter")
    await expect(
        desk.page.get_by_role("grid").or_(desk.page.locator(".state")).first
    ).to_be_visible()


async def test_the_width_of_the_list_is_dragged_and_kept(stage: Stage, sit: Sit) -> None:
    """By pointer and by arrows, between its limits."""
    line = await _tickets(stage, "A question")
    desk = await sit()
    await desk.look_at(line)
    edge = desk.page.get_by_role("separator", name="Width of the list")
    await edge.drag_to(desk.page.locator("main"), target_position={"x": 60, "y": 300})
    await expect(edge).not_to_have_attribute("aria-valuenow", "352")
    await edge.press("End")
    await desk.page.reload()
    await expect(edge).to_have_attribute("aria-valuenow", "480")
    box = await desk.page.locator(".list").bounding_box()
    assert box and round(box["width"]) == 480


async def test_the_app_installs_and_says_when_nothing_answers(stage: Stage, sit: Sit) -> None:
    """Manifest, icons, worker; offline gives a page that says so, never an old inbox."""
    desk: Desk = await sit(service_workers="allow")
    await desk.go("/view/mine")
    manifest = await desk.page.evaluate(
        """async () => {
          const link = document.querySelector('link[rel=manifest]').href;
          const manifest = await (await fetch(link)).json();
          const icons = await Promise.all(manifest.icons.map(async one =>
            (await fetch(new URL(one.src, link))).status));
          return [manifest.display, manifest.start_url, icons];
        }"""
    )
    assert manifest == ["standalone", "/app/", [200, 200, 200, 200]]
    await desk.page.evaluate("async () => { await navigator.serviceWorker.ready; }")
    await desk.page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    await desk.context.set_offline(True)
    await desk.page.reload()
    await expect(desk.page.get_by_role("heading", name="Parley does not answer")).to_be_visible()
    await desk.context.set_offline(False)
    await desk.page.get_by_role("link", name="Try again").click()
    await expect(desk.page.get_by_text("Live", exact=True)).to_be_visible()
