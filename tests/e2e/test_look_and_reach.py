"""Language, theme, narrow windows, the keyboard alone, and what assistive technology is told."""

import pytest
from playwright.async_api import Page, expect

from tests.e2e.axe import nameless, tree
from tests.e2e.conftest import Sit
from tests.e2e.customers import Line
from tests.e2e.stage import Stage

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

LONG = "https://shop.halden.example/orders/" + "4711" * 30
# what a pointer can use and the keyboard therefore must reach, roving groups by one member
USABLE = "a[href], button, input, textarea, [contenteditable=true], [role=radio], [role=log]"
REACH = f"""() => [...document.querySelectorAll({USABLE!r})].filter(one =>
  one.checkVisibility() && !one.disabled && !one.hidden && one.tabIndex >= 0
).map(one => one.dataset.e2e ??= String(Math.random()))"""
STILL_THERE = "() => [...document.querySelectorAll('[data-e2e]')].map(e => e.dataset.e2e)"
FOCUS = """() => {
  const one = document.activeElement;
  const drawn = (box, part) => {
    const style = getComputedStyle(box, part);
    return style.outlineStyle !== 'none' || style.boxShadow !== 'none';
  };
  const shows = [one, one.parentElement, one.closest('form')].some(box => box && drawn(box));
  const what = one.outerHTML.slice(0, 160);
  return [one.dataset.e2e ?? '', one === document.body || shows || drawn(one, '::after'), what];
}"""
BEYOND = """() => [...document.querySelectorAll('button, a, textarea, h1, h2, input')].filter(
  one => {
    const box = one.getBoundingClientRect();
    const beyond = box.right > innerWidth + 1 || box.left < -1;
    return one.checkVisibility() && box.width > 1 && beyond;
  }
).map(one => one.outerHTML.slice(0, 160))"""


async def _one_ticket(stage: Stage) -> tuple[Line, str]:
    line = await stage.inbox("api")
    sender = {"id": f"{line.id}-1", "name": "Ingrid Solheim-Kristoffersen"}
    await stage.customers.api(line, sender, f"My order: {LONG}")
    return line, (await stage.ticket(line))["id"]


async def test_the_language_changes_at_once_and_stays(stage: Stage, sit: Sit) -> None:
    """Every word of the frame is Chinese, the page says so, and a reload keeps it."""
    line, ticket = await _one_ticket(stage)
    desk = await sit()
    await desk.look_at(line, ticket)
    await desk.button("Mira Okafor").click()
    await desk.page.get_by_role("menuitemradio", name="简体中文").click()
    await _is_chinese(desk.page)
    await desk.page.reload()
    await _is_chinese(desk.page)
    await expect(desk.pen).to_have_accessible_name("回复客户")
    leftovers = await desk.page.evaluate(
        """() => [...document.querySelectorAll('button, h1, h2, h3, dt, label')]
           .filter(one => one.checkVisibility())
           .map(one => one.innerText.replaceAll(/\\s+/g, ' ').trim())
           .filter(words => /^(Reply|Note|Send|Solve|Status|Details|Activity)/.test(words))"""
    )
    assert leftovers == []


async def _is_chinese(page: Page) -> None:
    await expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    await expect(page.get_by_role("radio", name="回复")).to_be_visible()
    await expect(page.get_by_role("navigation").first).to_contain_text("未分配")


async def test_dark_is_dark_and_stays(stage: Stage, sit: Sit) -> None:
    """Chosen in the menu, or as the system says; words stand out from their ground."""
    line, ticket = await _one_ticket(stage)
    desk = await sit()
    await desk.look_at(line, ticket)
    assert await _brightness(desk.page) > 200
    await desk.button("Mira Okafor").click()
    await desk.page.get_by_role("menuitemradio", name="Dark").click()
    await expect(desk.page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    assert await _brightness(desk.page) < 60
    await desk.page.reload()
    await expect(desk.composer).to_be_visible()
    assert await _brightness(desk.page) < 60

    system = await sit("Jun Park", color_scheme="dark")
    await system.look_at(line, ticket)
    assert await _brightness(system.page) < 60


async def _brightness(page: Page) -> float:
    """The ground under the thread, 0 black to 255 white."""
    return float(
        await page.evaluate(
            """() => {
              const canvas = document.createElement('canvas').getContext('2d');
              let one = document.querySelector('main.thread');
              while (one && getComputedStyle(one).backgroundColor === 'rgba(0, 0, 0, 0)')
                one = one.parentElement;
              canvas.fillStyle = getComputedStyle(one ?? document.body).backgroundColor;
              canvas.fillRect(0, 0, 1, 1);
              const [r, g, b] = canvas.getImageData(0, 0, 1, 1).data;
              return 0.3 * r + 0.6 * g + 0.1 * b;
            }"""
        )
    )


@pytest.mark.parametrize("width", [390, 320])
async def test_a_phone_shows_one_pane_and_never_scrolls_sideways(
    stage: Stage, sit: Sit, width: int
) -> None:
    """List, thread with a long address in it, panel, views and search, by touch."""
    line, _ = await _one_ticket(stage)
    desk = await sit(viewport={"width": width, "height": 700}, has_touch=True, is_mobile=True)
    page = desk.page
    await desk.go(f"/inbox/{line.id}")
    await expect(desk.row("Ingrid")).to_be_visible()
    await expect(page.get_by_role("navigation", name="Views")).to_be_visible()
    await fits(page)
    await desk.row("Ingrid").get_by_role("link").tap()
    await expect(desk.pen).to_be_visible()
    await expect(desk.list).to_have_count(0)
    await fits(page)
    await desk.pen.fill("A longer answer that must wrap. " * 6)
    await expect(desk.button("Send")).to_be_in_viewport()
    await desk.mode("Note")
    await fits(page)
    await desk.button("Details").tap()
    await expect(desk.panel).to_be_visible()
    await fits(page)
    await desk.button("Close details").tap()
    await desk.button("Back to list").tap()
    await desk.button("More").tap()
    await expect(page.get_by_role("searchbox")).to_be_visible()
    await fits(page)


async def fits(page: Page) -> None:
    wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide, "the page scrolls sideways"
    assert await page.evaluate(BEYOND) == [], "something lies beyond the edge"
    for box in (".flow", ".list .rows", ".panel-scroll", ".composer"):
        over = await page.evaluate(
            """name => [...document.querySelectorAll(name)]
               .some(one => one.scrollWidth > one.clientWidth + 1)""",
            box,
        )
        assert not over, f"{box} scrolls sideways"


async def test_everything_is_reached_by_the_keyboard_alone(stage: Stage, sit: Sit) -> None:
    """Tab comes to every control and shows where it is; arrows walk the list."""
    line, ticket = await _one_ticket(stage)
    sender = {"id": f"{line.id}-2", "name": "Second Person"}
    await stage.customers.api(line, sender, "Another question")
    await stage.ticket(line, at_least=2)
    desk = await sit()
    await desk.look_at(line, ticket)
    await expect(desk.panel).to_contain_text("Assignee")
    await desk.page.wait_for_load_state("networkidle")
    for late in ("Mira Okafor", "Sort by"):  # menus come after the list
        await expect(desk.button(late)).to_have_attribute("aria-haspopup", "menu")
    await desk.pen.click()  # the editor takes the place of the plain field
    await expect(desk.composer.get_by_role("button", name="Bold")).to_be_visible()
    wanted = set(await desk.page.evaluate(REACH))
    assert len(wanted) > 20
    reached: set[str] = set()
    for _ in range(len(wanted) + 15):
        await desk.page.keyboard.press("Tab")
        which, shows, what = await desk.page.evaluate(FOCUS)
        assert shows, f"no sign of focus on {what}"
        reached.add(which)
    there = wanted & set(await desk.page.evaluate(STILL_THERE))  # live news draw some anew
    assert len(there) > 20
    assert there <= reached, await _told(desk.page, there - reached)

    await desk.row("Ingrid").get_by_role("link").focus()
    await desk.page.keyboard.press("ArrowUp")
    await expect(desk.row("Second Person").get_by_role("link")).to_be_focused()
    await desk.page.keyboard.press("Enter")
    await expect(desk.thread).to_contain_text("Another question")


async def _told(page: Page, missed: set[str]) -> str:
    told = [
        await page.locator(f"[data-e2e='{one}']").evaluate("e => e.outerHTML") for one in missed
    ]
    return f"Tab never comes to: {[one[:200] for one in told]}"


async def test_the_accessibility_tree_says_what_the_eye_sees(stage: Stage, sit: Sit) -> None:
    """Chromium's own tree: a grid of rows of cells, a named composer, nothing without a name."""
    line, ticket = await _one_ticket(stage)
    desk = await sit()
    await desk.look_at(line, ticket)
    await expect(desk.panel).to_contain_text("Assignee")
    await expect(desk.row("Ingrid")).to_be_visible()
    await desk.page.wait_for_load_state("networkidle")
    nodes = await tree(desk.page)
    byrole: dict[str, list[str]] = {}
    for role, name in nodes:
        byrole.setdefault(role, []).append(name)
    assert byrole["grid"] == [f"Tickets: {line.name}"]
    assert len(byrole["row"]) == 1
    assert "API" in byrole["gridcell"]
    assert any("Ingrid" in name for name in byrole["link"])
    assert byrole["form"] == ["Reply to Ingrid Solheim-Kristoffersen"]
    assert "Reply to the customer" in byrole["textbox"]
    assert set(byrole["radio"]) == {"Reply", "Note", "Details", "History"}
    assert byrole["log"] == ["Messages"]
    assert "Views" in byrole["navigation"]
    assert byrole["complementary"] == ["Details"]
    assert len(byrole["main"]) == 1
    assert await nameless(desk.page) == []
