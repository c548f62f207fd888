"""axe-core in the page: the rules of WCAG 2.2 A and AA that a machine can judge."""

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
