"""Every dialog over an open ticket, both themes, Chinese and a phone: axe, names, edges, focus."""

import base64
import os
from email.message import EmailMessage
from pathlib import Path
from pprint import pformat
from typing import Any

import pytest
from playwright.async_api import expect

from tests.e2e.axe import AXE, faults, nameless
from tests.e2e.conftest import Sit
from tests.e2e.customers import Line
from tests.e2e.desk import Desk
from tests.e2e.dialogs import DIALOGS, Dialog
from tests.e2e.stage import Stage

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PHONE = {"locale": "zh-CN", "viewport": {"width": 390, "height": 844}, "has_touch": True}
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"color_scheme": "dark", **PHONE},
    "narrow": {"color_scheme": "light", "viewport": {"width": 320, "height": 640}},
}
SIDEWAYS = """over => [...document.querySelectorAll(`html, ${over}`)]
  .flatMap(box => [box, ...(box === document.documentElement ? [] : box.querySelectorAll('*'))])
  .filter(one => one.checkVisibility() && !one.closest('.sr, .cut, [hidden]'))
  .filter(one => one.getBoundingClientRect().right > innerWidth + 1 ||
    (one.matches('button, input, select') && one.parentElement.scrollWidth >
      one.parentElement.clientWidth + 1 && one.parentElement.clientWidth > 0))
  .map(one => `cut off: ${one.outerHTML.slice(0, 160)}`)"""
INSIDE = "over => document.activeElement.closest(over) !== null"


async def tickets_with_pictures(stage: Stage) -> tuple[Line, str]:
    """One with a picture to look at, and another to merge it with."""
    line = await stage.inbox("email")
    sender = ("Elin Dahl", f"{line.id}@posta.example")
    await stage.customers.mail(line, sender, f"Parcel {line.name}", "Where is my parcel?")
    await stage.ticket(line)
    letter = EmailMessage()
    letter["From"], letter["To"] = f"Elin Dahl <{sender[1]}>", line.address
    letter["Subject"], letter["Message-ID"] = "Valve", f"<dialogs.{line.id}@posta.example>"
    letter.set_content("It leaks.")
    letter.add_attachment(PICTURE, "image", "png", filename="valve.png")
    await stage.customers.post(letter, sender[1], line.address)
    text = {"texts": {"en": "Hello {{contact.name}}, your exchange is on its way."}}
    canned = {"name": f"Exchange {line.name}", "shortcut": f"exch{line.id[:6]}", "scope": "shared"}
    await stage.site.client.call("POST", "/canned", canned | text)
    return line, (await stage.ticket(line, at_least=2))["id"]


async def opened(desk: Desk, line: Line, ticket: str, dialog: Dialog, narrow: bool) -> None:
    """The dialog over a fresh page."""
    beside = dialog.beside and narrow
    await desk.go(f"/inbox/{line.id}" + ("" if beside else f"/{ticket}"))
    if beside:
        await expect(desk.list.get_by_role("row")).to_have_count(2)
    else:
        await expect(desk.composer).to_be_visible()
        await expect(desk.page.locator(".flow")).to_contain_text("It leaks.")
    await desk.page.wait_for_load_state("networkidle")
    await dialog.open(desk)
    await expect(desk.page.locator(dialog.over).last).to_be_visible()
    await desk.page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("look", LOOKS)
async def test_nothing_is_wrong_with_a_dialog(stage: Stage, sit: Sit, look: str) -> None:
    """Each from a fresh page: no violation, nothing nameless or cut off. Pictures where asked."""
    if not AXE.exists():
        pytest.skip("NOT TESTED: axe-core is not there; run npm ci in web/")
    line, ticket = await tickets_with_pictures(stage)
    desk = await sit(reduced_motion="reduce", **LOOKS[look])
    narrow = "viewport" in LOOKS[look]
    shots = os.environ.get("PARLEY_SHOTS")
    found: dict[str, list[Any]] = {}
    for name, dialog in DIALOGS.items():
        await opened(desk, line, ticket, dialog, narrow)
        if shots:
            await desk.page.screenshot(path=Path(shots) / f"{look}-{name}.png")
        wrong: list[Any] = [*await faults(desk.page), *await nameless(desk.page)]
        wrong += await desk.page.evaluate(SIDEWAYS, dialog.over)
        if name not in {"canned", "bulk"} and not await desk.page.evaluate(INSIDE, dialog.over):
            wrong.append("focus is not in it")
        if wrong:
            found[name] = wrong
    assert not found, pformat(found, width=160)
