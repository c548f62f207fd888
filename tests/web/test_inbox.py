"""The agent inbox in a real browser, on a whole Parley with a real mail server at the other end."""

import asyncio
import shutil
import smtplib
import time
from collections.abc import AsyncIterator
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from storage.ids import utc_now
from tests.e2e.desk import pen_holds
from tests.indexed import indexed
from tests.peers.smtp_sink import SmtpSink
from tests.site import EMAIL, PASSWORD, ROOT, Site

pytestmark = pytest.mark.e2e

BUILT = ROOT / "gateway" / "static" / "app" / "index.html"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
COLLEAGUE = "jun@halden.example"
SUPPORT = "support@halden.example"
# A session that is asked for before anybody logged in is refused, and browsers log it.
EXPECTED = ("401 (Unauthorized)",)


class Inbox:
    """A running site with one mail inbox, and browsers that look at it."""

    def __init__(self, site: Site, sink: SmtpSink, browser: Browser) -> None:
        self.site = site
        self.sink = sink
        self._browser = browser
        self.faults: list[str] = []

    def receive(self, sender: str, name: str, subject: str, text: str, answers: str = "") -> str:
        """Deliver a mail as its customer's server would; its Message-ID."""
        mail = EmailMessage()
        mail["From"] = f"{name} <{sender}>"
        mail["To"] = SUPPORT
        mail["Subject"] = subject
        mail["Date"] = format_datetime(utc_now())
        mail["Message-ID"] = f"<{time.monotonic_ns()}@post.example>"
        if answers:
            mail["In-Reply-To"] = mail["References"] = answers
        mail.set_content(text)
        with smtplib.SMTP("127.0.0.1", self.site.smtp_port) as server:
            server.send_message(mail)
        return str(mail["Message-ID"])

    async def agent(self, email: str = EMAIL, **context: object) -> Page:
        """A browser of its own, logged in, with the list of open tickets."""
        settings = {"viewport": {"width": 1440, "height": 900}, "locale": "en-GB"} | context
        page = await (await self._browser.new_context(**settings)).new_page()  # type: ignore[arg-type]
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on(
            "console",
            lambda said: self.faults.append(said.text) if said.type == "error" else None,
        )
        await page.goto(f"{self.site.url}/app/view/open")
        await page.locator("#email").fill(email)
        await page.locator("#password").fill(PASSWORD)
        await page.locator("button[type=submit]").click()
        await expect(page.locator("nav.rail, nav.tabs").first).to_be_visible()
        return page


@pytest.fixture
async def inbox(tmp_path: Path) -> AsyncIterator[Inbox]:
    """Fails in teardown when a page reported an error."""
    if CHROMIUM is None:
        pytest.skip("NOT TESTED: the inbox in a real browser; there is no chromium on PATH")
    if not BUILT.exists():
        pytest.skip("THE WEB APP IS NOT BUILT: in web/ run npm ci --ignore-scripts; npm run build")
    with SmtpSink() as sink:
        async with Site(tmp_path) as site, async_playwright() as playwright:
            await site.cli(
                *("agent", "add", COLLEAGUE, "--name", "Jun Park", "--password-stdin"),
                given=PASSWORD.encode() + b"\n",
            )
            settings = {
                "smtp_host": "127.0.0.1",
                "smtp_port": sink.port,
                "smtp_security": "none",
            }
            body = {"channel": "email", "name": "Support mail", "address": SUPPORT}
            await site.client.call("POST", "/inboxes", body | {"settings": settings})
            browser = await playwright.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox"]
            )
            shown = Inbox(site, sink, browser)
            yield shown
            await browser.close()
    faults = [one for one in shown.faults if not any(known in one for known in EXPECTED)]
    assert faults == []


async def open_ticket(page: Page, subject: str) -> None:
    """From the list, by pointer."""
    await page.locator(".conv", has_text=subject).get_by_role("link").click()
    await expect(page.get_by_role("heading", name=subject)).to_be_visible()


async def test_a_reply_taken_back_and_sent_again_arrives_once_and_a_note_never(
    inbox: Inbox,
) -> None:
    inbox.receive("elena.m@posta.example", "Elena Marchetti", "Stove valve", "It smells of gas.")
    page = await inbox.agent()
    await open_ticket(page, "Stove valve")
    await page.keyboard.press("a")
    await expect(page.get_by_label("Assignee: Mira Okafor")).to_be_visible()

    await page.keyboard.press("n")
    await page.keyboard.type("Batch 26-09 again.")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".note-card")).to_contain_text("Batch 26-09 again.")
    await page.keyboard.press("Escape")

    await page.keyboard.press("r")
    await page.keyboard.type("Please stop using the stove.")
    await page.keyboard.press("Control+Enter")
    await page.get_by_role("button", name="Undo").click()
    await pen_holds(page, "Please stop using the stove.")
    await page.locator("button.primary[type=submit]").click()
    await expect(page.locator(".delivery").get_by_text("Sent", exact=True)).to_be_visible(
        timeout=30_000
    )

    texts = [mail.as_string() for mail in inbox.sink.mails]
    assert len(texts) == 1
    assert "Please stop using the stove." in texts[0]
    assert "Batch 26-09" not in texts[0]


async def test_news_waits_in_a_pill_and_colleagues_see_each_other(inbox: Inbox) -> None:
    inbox.receive("tom@post.example", "Tom Ashworth", "Order 90412", "Any news?")
    mira, jun = await inbox.agent(), await inbox.agent(COLLEAGUE)
    await open_ticket(mira, "Order 90412")
    await open_ticket(jun, "Order 90412")
    await expect(mira.get_by_text("Jun Park is viewing")).to_be_visible()
    await mira.keyboard.press("r")
    await mira.keyboard.type("On its way.")
    await expect(jun.get_by_text("Mira Okafor is replying")).to_be_visible()

    inbox.receive("priya@post.example", "Priya Raman", "Cracked pole", "See the photo.")
    await expect(mira.get_by_role("button", name="1 updated")).to_be_visible()
    await expect(mira.locator(".conv")).to_have_count(1)
    await mira.get_by_role("button", name="1 updated").click()
    await expect(mira.locator(".conv").first).to_contain_text("Priya Raman")

    await expect(mira.get_by_text("Draft saved")).to_be_visible()
    await mira.reload()
    await pen_holds(mira, "On its way.")
    await pen_holds(jun, "")


async def test_what_the_customer_wrote_meanwhile_asks_for_a_look_before_sending(
    inbox: Inbox,
) -> None:
    first = inbox.receive("noor@post.example", "Noor Al-Hashimi", "Pegs", "Four are missing.")
    page = await inbox.agent()
    await open_ticket(page, "Pegs")
    await page.keyboard.press("r")
    await page.keyboard.type("We send four.")
    inbox.receive("noor@post.example", "Noor Al-Hashimi", "Re: Pegs", "It is five.", first)
    await expect(page.get_by_text("New message while you typed:")).to_be_visible()
    await expect(page.get_by_role("button", name="Send anyway")).to_be_visible()
    await page.get_by_role("button", name="Show", exact=True).click()
    await expect(page.get_by_role("button", name="Send anyway")).to_have_count(0)
    assert inbox.sink.mails == []


async def test_solving_by_key_goes_on_and_the_solved_one_leaves_the_list(inbox: Inbox) -> None:
    for number in (1, 2, 3):
        inbox.receive(f"c{number}@post.example", f"Customer {number}", f"Question {number}", "?")
    page = await inbox.agent()
    await expect(page.locator(".conv")).to_have_count(3)
    await page.keyboard.press("j")
    title = page.locator("main header h2")
    await expect(title).to_contain_text("Question")
    first = await title.inner_text()
    await page.keyboard.press("e")
    await expect(title).not_to_have_text(first)
    await expect(page.locator(".conv")).to_have_count(2)
    await page.keyboard.press("g")
    await page.keyboard.press("s")
    await expect(page.locator(".conv")).to_contain_text([first])


async def test_a_phone_shows_one_pane_in_chinese_and_search_finds_han(inbox: Inbox) -> None:
    inbox.receive("lin@youjian.example", "林晓雯", "订单还没发货", "可以改地址吗？")
    page = await inbox.agent(viewport={"width": 390, "height": 844}, locale="zh-CN")
    await expect(page.get_by_role("heading", name="全部待处理")).to_be_visible()
    await expect(page.locator(".list")).to_contain_text("林晓雯")
    await indexed(inbox.site.db, inbox.site.directory / "var")
    await page.goto(f"{inbox.site.url}/app/search/open?q=改地址")
    await expect(page.locator("mark").first).to_be_visible()
    await open_ticket(page, "林晓雯")
    await expect(page.locator(".list")).to_have_count(0)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await page.get_by_role("button", name="返回列表").click()
    await expect(page.locator(".list")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_in_thread_note_and_sheet(inbox: Inbox, scheme: str) -> None:
    source = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
    if not source.exists():
        pytest.skip("AXE IS MISSING: in web/ run npm ci --ignore-scripts")
    inbox.receive("elena.m@posta.example", "Elena Marchetti", "Stove valve", "It smells of gas.")
    page = await inbox.agent(color_scheme=scheme)
    await open_ticket(page, "Stove valve")
    await expect(page.locator(".flow article")).to_be_visible()
    await page.evaluate(await asyncio.to_thread(source.read_text))
    for key in ("r", "n", "Escape", "?"):
        await page.keyboard.press(key)
        await page.wait_for_timeout(300)
        found = await page.evaluate(
            "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})"
        )
        assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
