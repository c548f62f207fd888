"""What a machine can judge: axe-core's rules of WCAG 2.2 A and AA, and the accessibility tree."""

from pathlib import Path
from typing import Any

from playwright.async_api import Page

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async tags => {
  const found = await axe.run(document, {runOnly: {type: 'tag', values: tags}});
  return found.violations.map(one => ({
    id: one.id, help: one.help, nodes: one.nodes.map(node => node.html.slice(0, 200)),
  }));
}"""


async def faults(page: Page) -> list[dict[str, Any]]:
    """What axe finds wrong with the page as it stands."""
    # the page's own policy forbids scripts that are put in; what the debugger evaluates is none
    await page.evaluate(AXE.read_text())
    found: list[dict[str, Any]] = await page.evaluate(RUN, TAGS)
    return found


# what one can act on, or is told to be in: each has a name
ACTED_ON = {
    "button", "checkbox", "combobox", "complementary", "dialog", "grid", "link", "listbox",
    "log", "main", "menuitem", "menuitemradio", "navigation", "option", "radio", "radiogroup",
    "searchbox", "slider", "spinbutton", "switch", "tab", "textbox", "toolbar",
}  # fmt: skip


async def tree(page: Page) -> list[tuple[str, str]]:
    """Role and name of everything that assistive technology is told of, in order."""
    session = await page.context.new_cdp_session(page)
    answer: dict[str, Any] = await session.send("Accessibility.getFullAXTree")
    await session.detach()
    return [
        (str(node["role"]["value"]), str(node.get("name", {}).get("value", "")))
        for node in answer["nodes"]
        if not node.get("ignored")
    ]


async def nameless(page: Page) -> list[str]:
    """Roles of what has no name and needs one."""
    nodes = await tree(page)
    return [f"no name: {role}" for role, name in nodes if role in ACTED_ON and not name.strip()]
