"""What a ticket tells of itself: why it is so, what was said before, what waits for what."""

import os
import re
import secrets
from pathlib import Path
from pprint import pformat
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.e2e.axe import AXE, faults, nameless
from tests.e2e.conftest import Sit
from tests.e2e.customers import Line
from tests.e2e.desk import Desk
from tests.e2e.dialogs import named
from tests.e2e.stage import Stage

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

PHONE = {"locale": "zh-CN", "viewport": {"width": 390, "height": 844}, "has_touch": True}
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark", "locale": "zh-CN"},
    "phone": {"color_scheme": "dark", **PHONE},
}


async def _said(stage: Stage, who: str, text: str) -> tuple[Line, dict[str, Any], str]:
    """A ticket of one message, with the id that its provider gave that."""
    line = await stage.inbox("api")
    id = await stage.customers.api(line, {"id": f"{line.id}-{who}", "name": who}, text)
    return line, await stage.ticket(line), id


async def _open(desk: Desk, line: Line, ticket: str) -> None:
    await desk.go(f"/inbox/{line.id}/{ticket}")
    await expect(desk.composer).to_be_visible()


async def _change(stage: Stage, ticket: str, **wanted: object) -> dict[str, Any]:
    changed: dict[str, Any] = await stage.site.client.call("PATCH", f"/tickets/{ticket}", wanted)
    return changed


async def test_a_ticket_says_why_it_has_its_priority_and_its_place(stage: Stage, sit: Sit) -> None:
    """Beside the fact that is asked about, by keyboard; Escape leads back."""
    line, ticket, _ = await _said(stage, "Vera Holm", "My stove fails.")
    desk = await sit()
    await _open(desk, line, ticket["id"])
    why = desk.panel.get_by_role("button", name="Why this priority?")
    told = desk.page.get_by_role("dialog", name="Why this priority?")
    await why.press("Enter")
    await expect(told).to_contain_text("nobody has changed it")
    await desk.page.keyboard.press("Escape")
    await expect(told).to_have_count(0)
    await expect(why).to_be_focused()
    await _change(stage, ticket["id"], impact="high", urgency="high")
    await expect(desk.panel.get_by_role("button", name="Priority: Urgent")).to_be_visible()
    await why.press("Enter")
    await expect(told).to_contain_text("Impact “High” and urgency “High” make this priority.")
    await expect(told).to_contain_text("Mira Okafor rated them.")
    await desk.page.keyboard.press("Escape")
    place = desk.panel.get_by_role("button", name="Why does this ticket lie here?")
    await place.press("Enter")
    told = desk.page.get_by_role("dialog", name="Why does this ticket lie here?")
    await expect(told).to_contain_text(f"It lies in the inbox “{line.name}”.")
    await expect(told).to_contain_text("Nobody has taken it yet.")
    await desk.page.keyboard.press("Escape")
    await _change(stage, ticket["id"], assignee_id=await _agent(stage, "Jun Park"), why="Knows it")
    await expect(desk.panel.get_by_role("button", name="Assignee: Jun Park")).to_be_visible()
    await place.press("Enter")
    await expect(told).to_contain_text("Mira Okafor assigned Jun Park")
    await expect(told).to_contain_text("The reason given: Knows it")


async def _agent(stage: Stage, name: str) -> str:
    agents = (await stage.site.client.call("GET", "/agents"))["items"]
    return next(str(one["id"]) for one in agents if one["name"] == name)


async def test_who_waits_longest_is_a_view_of_its_own(stage: Stage, sit: Sit) -> None:
    """Counted, sorted by itself, reached by keys and by the palette, left by an answer."""
    line, ticket, _ = await _said(stage, "Vera Holm", f"It leaks {secrets.token_hex(4)}.")
    desk = await sit()
    await desk.look_at(line)
    rail = desk.page.get_by_role("navigation", name="Views")
    await expect(
        rail.get_by_role("link", name=re.compile(r"^Waiting longest.*[0-9]"))
    ).to_be_visible()
    await desk.page.keyboard.press("g")
    await desk.page.keyboard.press("l")
    await expect(desk.page).to_have_url(re.compile("/view/longest$"))
    await expect(rail.get_by_role("link", name=re.compile("^Waiting longest"))).to_have_attribute(
        "aria-current", "page"
    )
    await expect(
        desk.page.get_by_role(
            "button", name=re.compile("Sort by.*Waiting longest|^Waiting longest$")
        )
    ).to_be_visible()
    await desk.look_at(line, ticket["id"])
    before = await _count(stage, "longest")
    await desk.reply("Here is a new valve.")
    await expect(desk.thread).to_contain_text("Here is a new valve.")
    await until_counted(stage, "longest", before - 1)
    await desk.page.keyboard.press("Escape")
    await _by_palette(desk, "Go to Waiting longest")
    await expect(desk.page).to_have_url(re.compile("/view/longest"))


async def _by_palette(desk: Desk, words: str) -> None:
    await desk.page.keyboard.press("Control+k")
    await desk.page.get_by_role("combobox", name="Search commands").press_sequentially(words)
    await desk.page.get_by_role("option", name=words, exact=True).click()


async def _count(stage: Stage, view: str) -> int:
    views = (await stage.site.client.call("GET", "/views"))["items"]
    return next(int(one["count"]) for one in views if one["id"] == view)


async def until_counted(stage: Stage, view: str, wanted: int) -> None:
    """Other journeys' tickets stand still: journeys run one after another."""
    for _ in range(200):
        if await _count(stage, view) == wanted:
            return
    raise AssertionError(f"{view} stays at {await _count(stage, view)}, not {wanted}")


async def test_a_child_ticket_begins_by_a_template(stage: Stage, sit: Sit) -> None:
    """From the panel; both tell of each other, and the parent is solved after its child."""
    mark = secrets.token_hex(3)
    call = stage.site.client.call
    template = {
        "names": {"en": f"Parts {mark}", "zh-CN": f"配件 {mark}"},
        "subject": "Two valves wanted",
        "text": "Please send two valves.",
        "priority": "high",
        "tags": ["parts"],
        "checklist": ["Check the bill"],
    }
    await call("PUT", f"/ticket-templates/parts-{mark}", template)
    mails = await stage.inbox("email")
    line, parent, _ = await _said(stage, "Vera Holm", "My stove fails.")
    desk = await sit()
    await _open(desk, line, parent["id"])
    links = desk.panel.get_by_role("region", name="Linked tickets")
    await links.get_by_role("button", name="Begin a child ticket").press("Enter")
    dialog = desk.page.get_by_role("dialog", name=f"Child ticket of #{parent['number']}")
    await dialog.get_by_label("From").select_option(mails.id)
    await dialog.get_by_label("Subject").fill("")
    await dialog.get_by_label("Begin with a template").select_option(f"parts-{mark}")
    await expect(dialog.get_by_label("Subject")).to_have_value("Two valves wanted")
    await expect(dialog.get_by_label("Message")).to_have_value("Please send two valves.")
    await expect(dialog).to_contain_text("Priority: High")
    await expect(dialog).to_contain_text("Tags: parts")
    await dialog.get_by_label("To", exact=True).fill(f"parts{mark}@supplier.example")
    await dialog.get_by_role("button", name="Send").click()
    await expect(desk.page.get_by_role("heading", name="Two valves wanted")).to_be_visible()
    await expect(links).to_contain_text(f"#{parent['number']} waits for this ticket.")
    await expect(desk.panel.get_by_role("button", name="Priority: High")).to_be_visible()
    await desk.panel.get_by_role("button", name="Why this priority?").click()
    await expect(desk.page.get_by_role("dialog", name="Why this priority?")).to_contain_text(
        f"Mira Okafor began the ticket by the template “Parts {mark}”."
    )
    await desk.page.keyboard.press("Escape")
    child = await stage.ticket(mails)
    await links.get_by_role("link", name=re.compile(f"Parent #{parent['number']}")).click()
    await expect(links).to_contain_text(f"It waits for #{child['number']}, which is still open.")
    row = links.get_by_role("link", name=re.compile(f"Child #{child['number']}"))
    await expect(row).to_contain_text("Open")
    await _change(stage, child["id"], status="solved")
    await desk.page.reload()
    await expect(row).to_contain_text("Solved")
    await expect(links).not_to_contain_text("It waits for")
    await _by_palette(desk, "Begin a child ticket")
    await expect(dialog).to_be_visible()


async def test_what_was_edited_shows_what_it_said_before(stage: Stage, sit: Sit) -> None:
    """While the thread is open; what is taken back is gone, and says so."""
    line, ticket, first = await _said(stage, "Vera Holm", "It costs 40.")
    second = await stage.customers.api(
        line, {"id": f"{line.id}-Vera Holm", "name": "Vera Holm"}, "Sorry"
    )
    desk = await sit()
    await desk.look_at(line, ticket["id"])
    await expect(desk.thread).to_contain_text("Sorry")
    await stage.customers.api_change(line, first, "edit", "It costs 45.")
    await expect(desk.thread).to_contain_text("It costs 45.")
    await expect(desk.thread).not_to_contain_text("It costs 40.")
    edited = desk.thread.get_by_role("button", name="Edited")
    await edited.press("Enter")
    told = desk.page.get_by_role("dialog", name="Edited")
    await expect(told).to_contain_text("It costs 40.")
    await desk.page.keyboard.press("Escape")
    await expect(edited).to_be_focused()
    await stage.customers.api_change(line, second, "delete")
    await expect(desk.thread).to_contain_text("This message was deleted by its author.")
    await expect(desk.thread).not_to_contain_text("Sorry")


async def test_a_refusal_is_chinese_on_a_chinese_page(stage: Stage, sit: Sit) -> None:
    """Its own sentence, not only its kind."""
    line, ticket, _ = await _said(stage, "Vera Holm", "It leaks.")
    desk = await sit(locale="zh-CN")
    await _open(desk, line, ticket["id"])
    many = [f"t{number}" for number in range(30)]
    await _change(stage, ticket["id"], tags=many)
    panel = desk.page.get_by_role("complementary", name="详情")
    await expect(panel.get_by_text("t29", exact=True)).to_be_visible()
    await panel.get_by_role("button", name="添加标签").click()
    await desk.page.keyboard.type("one-more")
    await desk.page.keyboard.press("Enter")
    await expect(desk.toast("标签：最多 30 个，每个最多 50 个字符")).to_be_visible()


SHOWN = {
    "why": (r"Why this priority|为什么是这个优先级", "[role=dialog]:has(.why-text)"),
    "place": (r"Why does this ticket|这条工单为什么在这里", "[role=dialog]:has(.why-text)"),
    "child": (r"Begin a child ticket|新建子工单", "dialog:has(.start)"),
}


async def _wrong(page: Page) -> list[Any]:
    return [*await faults(page), *await nameless(page)]


@pytest.mark.parametrize("look", LOOKS)
async def test_nothing_is_wrong_with_what_it_tells(stage: Stage, sit: Sit, look: str) -> None:
    """Each over the panel, and the earlier words over the thread. Pictures where asked."""
    if not AXE.exists():
        pytest.skip("NOT TESTED: axe-core is not there; run npm ci in web/")
    await stage.inbox("email")
    line, ticket, first = await _said(stage, "Vera Holm", "It costs 40.")
    await stage.customers.api_change(line, first, "edit", "It costs 45.")
    await _change(stage, ticket["id"], impact="high", urgency="medium", why="They wait in the cold")
    desk = await sit(reduced_motion="reduce", **LOOKS[look])
    shots = os.environ.get("PARLEY_SHOTS")
    found: dict[str, list[Any]] = {}

    async def judge(name: str) -> None:
        if shots:
            await desk.page.screenshot(path=Path(shots) / f"story-{look}-{name}.png")
        if wrong := await _wrong(desk.page):
            found[name] = wrong

    await _open(desk, line, ticket["id"])
    await desk.page.locator(".flow").get_by_role("button", name=re.compile("Edited|已编辑")).click()
    await expect(desk.page.locator(".earlier")).to_contain_text("It costs 40.")
    await judge("earlier")
    for name, (words, over) in SHOWN.items():
        await desk.go(f"/inbox/{line.id}/{ticket['id']}")
        await expect(desk.composer).to_be_visible()
        if not await desk.page.locator(".panel").count():
            await named(desk, "Details", "详情").click()
        await desk.page.locator(".panel").get_by_role("button", name=re.compile(words)).click()
        await expect(desk.page.locator(over).last).to_be_visible()
        looking = desk.page.get_by_text(re.compile("^(Looking in the history|正在查看)"))
        await expect(looking).to_have_count(0)
        await judge(name)
    await desk.go("/view/longest")
    await expect(desk.list.get_by_role("row").first).to_be_visible()
    await judge("longest")
    assert not found, pformat(found, width=160)
