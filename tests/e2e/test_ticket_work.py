"""Owning, sorting and solving tickets: by keyboard, by panel, and seen by a colleague at once."""

import pytest
from playwright.async_api import expect

from tests.e2e.conftest import Sit
from tests.e2e.customers import Line
from tests.e2e.stage import Stage

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


async def _three_tickets(stage: Stage) -> Line:
    """Newest last: the list shows them from three to one."""
    line = await stage.inbox("api")
    for number, name in enumerate(("one", "two", "three"), 1):
        sender = {"id": f"{line.id}-{name}", "name": f"Customer {name}"}
        await stage.customers.api(line, sender, f"Question {name}")
        await stage.ticket(line, at_least=number)
    return line


async def test_the_keyboard_sorts_tickets_out(stage: Stage, sit: Sit) -> None:
    """J opens, A takes, shift A assigns, E solves and goes on, G S shows what is solved."""
    line = await _three_tickets(stage)
    desk = await sit()
    await desk.look_at(line)
    press = desk.page.keyboard.press
    await expect(desk.list.get_by_role("row")).to_have_count(3)
    await press("j")
    await expect(desk.thread).to_contain_text("Question three")
    await expect(desk.panel).to_contain_text("Customer three")
    await press("a")
    await expect(desk.panel.get_by_role("button", name="Assignee: Mira Okafor")).to_be_visible()
    await expect(desk.panel).to_contain_text("Mira Okafor took the ticket")

    await press("j")
    await expect(desk.thread).to_contain_text("Question two")
    await expect(desk.panel).to_contain_text("Customer two")
    await press("Shift+A")
    await expect(desk.page.get_by_role("option", name="Jun Park")).to_be_visible()
    await desk.page.get_by_role("combobox", name="Assign").press_sequentially("jun")
    await press("Enter")
    await press("k")  # at once: the palette that closes takes no key
    await expect(desk.thread).to_contain_text("Question three")
    await expect(desk.row("Question two").get_by_label("Owner: Jun Park")).to_be_visible()
    await press("e")
    await expect(desk.thread).to_contain_text("Question two")
    await expect(desk.row("Question three")).to_have_count(0)
    solved = await stage.site.client.call("GET", "/tickets", query={"view": "solved"})
    (found,) = [one for one in solved["items"] if one["inbox_id"] == line.id]
    assert found["status"] == "solved"
    assert found["assignee"]["name"] == "Mira Okafor"

    await press("g")
    await press("s")
    await expect(desk.page.get_by_role("heading", name="Solved")).to_be_visible()
    await expect(desk.row("Question three")).to_be_visible()


async def test_the_panel_changes_facts_and_a_colleague_sees_them_at_once(
    stage: Stage, sit: Sit
) -> None:
    """Status, priority and tags by mouse; history names who; the other window follows live."""
    line = await _three_tickets(stage)
    mira, jun = await sit("Mira Okafor"), await sit("Jun Park")
    for desk in (mira, jun):
        await desk.look_at(line)
        await desk.open("Question two")
    await expect(mira.page.get_by_text("Jun Park is viewing")).to_be_visible()

    await mira.choose("Priority", "Urgent")
    await expect(jun.panel.get_by_role("button", name="Priority: Urgent")).to_be_visible()
    await mira.panel.get_by_role("button", name="Add a tag").click()
    await mira.page.get_by_role("textbox", name="Add a tag").fill("warranty")
    await mira.page.keyboard.press("Enter")
    await expect(jun.panel.get_by_text("warranty", exact=True)).to_be_visible()
    await mira.choose("Status", "On customer")
    await expect(jun.panel.get_by_role("button", name="Status: On customer")).to_be_visible()
    activity = jun.panel.get_by_role("region", name="Activity")
    await expect(activity).to_contain_text("Mira Okafor set priority to Urgent")
    await expect(activity).to_contain_text("Mira Okafor set tags to warranty")
    await expect(activity).to_contain_text("Mira Okafor set status to On customer")

    await jun.panel.get_by_role("button", name="Remove tag warranty").click()
    await expect(mira.panel.get_by_role("button", name="Remove tag warranty")).to_have_count(0)
    await expect(mira.panel).to_contain_text("Jun Park set tags to")
    await jun.pen.press_sequentially("I am")
    await expect(mira.page.get_by_text("Jun Park is replying")).to_be_visible()
    await jun.page.get_by_role("button", name="Solve").click()
    await expect(mira.panel.get_by_role("button", name="Status: Solved")).to_be_visible()
    await expect(jun.thread).not_to_contain_text("Question two")


async def test_the_answer_can_solve_and_go_on(stage: Stage, sit: Sit) -> None:
    """Ctrl Shift Enter sends, solves and opens the next ticket."""
    line = await _three_tickets(stage)
    desk = await sit()
    await desk.look_at(line)
    await desk.open("Question three")
    await desk.page.keyboard.press("r")
    await expect(desk.pen).to_be_focused()
    await desk.page.keyboard.type("Solved with this, e and a.")
    await desk.page.keyboard.press("Control+Shift+Enter")
    await expect(desk.thread).to_contain_text("Question two")
    await expect(desk.row("Question three")).to_have_count(0)
    await desk.holds("")
    found = await stage.ticket(line, at_least=3)
    assert (found["status"], found["assignee"]) == ("solved", None)
