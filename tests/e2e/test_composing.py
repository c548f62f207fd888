"""The composer and what surrounds it: formatted mail, canned replies, mentions, times, merging."""

import asyncio
import base64
import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from playwright.async_api import Page, Route, expect

from tests.e2e.conftest import Sit
from tests.e2e.desk import Desk
from tests.e2e.stage import Stage, until

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PASTE = """data => {
    const bytes = Uint8Array.from(atob(data), sign => sign.charCodeAt(0));
    const files = new DataTransfer();
    files.items.add(new File([bytes], "valve.png", { type: "image/png" }));
    document.querySelector("form.composer .box").dispatchEvent(
        new ClipboardEvent("paste", { clipboardData: files, bubbles: true, cancelable: true }));
}"""


async def _mail(stage: Stage, sit: Sit, who: str, words: str) -> Desk:
    return await _mail_at(await sit(), stage, who, words)


async def _mail_at(desk: Desk, stage: Stage, who: str, words: str) -> Desk:
    line = await stage.inbox("email")
    sender = (who, f"{who.split(maxsplit=1)[0].lower()}@posta.example")
    await stage.customers.mail(line, sender, f"About {words}", words)
    await stage.ticket(line)
    await desk.look_at(line)
    await desk.open(f"About {words}")
    return desk


async def test_a_formatted_mail_goes_with_copies_and_its_picture(stage: Stage, sit: Sit) -> None:
    """Bold, a list, a pasted picture, cc and bcc; plain text says the same."""
    desk = await _mail(stage, sit, "Signe Lund", "tent pegs")
    await desk.button("Cc, Bcc").click()
    await desk.composer.get_by_label("Cc", exact=True).last.fill("kai@posta.example")
    await desk.page.keyboard.press("Enter")
    await desk.composer.get_by_label("Bcc", exact=True).last.fill("boss@posta.example")
    await desk.page.keyboard.press("Enter")

    await desk.pen.click()
    bold = desk.composer.get_by_role("button", name="Bold")
    await expect(bold).to_be_visible()
    await bold.click()
    await desk.page.keyboard.type("Dear Signe")
    await bold.click()
    await desk.page.keyboard.press("Enter")
    await desk.composer.get_by_role("button", name="Bulleted list").click()
    await desk.page.keyboard.type("pegs")
    await desk.page.keyboard.press("Enter")
    await desk.page.keyboard.type("rope")
    await desk.page.evaluate(PASTE, base64.b64encode(PIXEL).decode())
    await expect(desk.pen.get_by_role("img", name="valve.png")).to_be_visible()
    await desk.composer.get_by_role("button", name=re.compile("^Send")).first.click()

    for address in ("signe@posta.example", "kai@posta.example", "boss@posta.example"):
        await until(lambda to=address: _took(stage, to), f"{address} has it")
    mail = _letter(stage)
    assert mail["Cc"] == "kai@posta.example"
    assert "boss@posta.example" not in str(mail)
    html, plain = mail.get_body(("html",)), mail.get_body(("plain",))
    assert html is not None
    assert plain is not None
    assert "<b>Dear Signe</b>" in html.get_content()
    assert "- pegs" in plain.get_content()
    assert [part.get_content_type() for part in mail.walk()].count("image/png") == 1


async def _held_editor(page: Page) -> asyncio.Event:
    """The editor of mails does not come before the event is set."""
    come = asyncio.Event()

    async def later(route: Route) -> None:
        await come.wait()
        await route.continue_()

    await page.route("**/RichPen*.js", later)
    return come


async def test_no_key_is_lost_when_the_editor_takes_the_fields_place(
    stage: Stage, sit: Sit
) -> None:
    """It comes while somebody types, and a key that met nobody would be a shortcut."""
    desk = await sit()
    come = await _held_editor(desk.page)
    await _mail_at(desk, stage, "Tove Berg", "late words")
    words = " ".join(f"word {number}" for number in range(40))
    await desk.page.keyboard.press("r")
    typing = asyncio.create_task(desk.page.keyboard.type(words, delay=2))
    await expect(desk.pen).to_have_value(re.compile("word 3"))
    come.set()
    await typing
    await expect(desk.composer.locator(".rich")).to_be_visible()
    await desk.holds(words)


async def test_the_caret_stays_where_it_was_when_the_editor_comes(stage: Stage, sit: Sit) -> None:
    """What is written in the middle of a draft stays in the middle."""
    desk = await sit()
    come = await _held_editor(desk.page)
    await _mail_at(desk, stage, "Alva Ek", "a draft")
    press, write = desk.page.keyboard.press, desk.page.keyboard.type
    await press("r")
    await write("one three")
    await press("Enter")
    await write("last")
    for key in ("ArrowUp", "Home", *["ArrowRight"] * 4):
        await press(key)
    come.set()
    await expect(desk.composer.locator(".rich")).to_be_visible()
    await write("two ")
    shown = await desk.pen.inner_text()
    assert re.sub(r"\n+", "\n", shown.strip()) == "one two three\nlast"


def _took(stage: Stage, address: str) -> bool:
    return any(address in envelope.rcpt_tos for envelope in list(stage.sink.envelopes))


def _letter(stage: Stage) -> EmailMessage:
    found = next(one for one in stage.sink.envelopes if "signe@posta.example" in one.rcpt_tos)
    return message_from_bytes(bytes(found.original_content or b""), policy=default)


async def test_a_canned_reply_is_previewed_and_filled(stage: Stage, sit: Sit) -> None:
    """``/`` offers, arrows walk, the preview is what Enter puts in."""
    text = "Hello {{contact.name}}, your exchange is on its way."
    canned = {"name": "Exchange sent", "shortcut": "exchange", "scope": "shared"}
    await stage.site.client.call("POST", "/canned", canned | {"texts": {"en": text}})
    desk = await _mail(stage, sit, "Ragna Moe", "an exchange")
    await desk.pen.press_sequentially("/exch")
    offered = desk.page.get_by_role("option", name="Exchange sent")
    await expect(offered).to_be_visible()
    filled = "Hello Ragna Moe, your exchange is on its way."
    await expect(desk.composer.get_by_text(filled)).to_be_visible()
    await desk.page.keyboard.press("Enter")
    await desk.holds(filled)
    await expect(offered).to_have_count(0)


async def test_a_scheduled_reply_can_be_taken_back_and_sent_at_once(stage: Stage, sit: Sit) -> None:
    """It stands in the thread with its time; nothing leaves before."""
    line = await stage.inbox("twilio_sms")
    await stage.customers.sms(line, "+4790000021", "When?")
    desk = await sit()
    await desk.look_at(line)
    await desk.open("When?")

    async def later(words: str) -> None:
        await desk.pen.fill(words)
        await desk.button("More ways to send").click()
        await desk.page.get_by_role("menuitem", name="Send later").click()
        await desk.page.get_by_role("button", name="Tomorrow morning").click()

    await later("Tomorrow then.")
    waiting = desk.thread.get_by_role("article").filter(has_text="Tomorrow then.")
    await expect(waiting).to_contain_text("Sends ")
    await waiting.get_by_role("button", name="Take it back").click()
    await desk.holds("Tomorrow then.")
    assert "Tomorrow then." not in stage.texts("twilio_sms")
    await later("After all now.")
    waiting = desk.thread.get_by_role("article").filter(has_text="After all now.")
    await waiting.get_by_role("button", name="Send now").click()
    await until(lambda: "After all now." in stage.texts("twilio_sms"), "it is sent now")


async def test_a_note_calls_a_colleague(stage: Stage, sit: Sit) -> None:
    """``@`` offers colleagues; the note shows the name, and the ticket knows whom it calls."""
    line = await stage.inbox("api")
    await stage.customers.api(line, {"id": f"{line.id}-1", "name": "Ulf Berg"}, "A hard one")
    ticket = await stage.ticket(line)
    desk = await sit()
    await desk.look_at(line)
    await desk.open("A hard one")
    await desk.mode("Note")
    await desk.pen.press_sequentially("Can you look, @jun")
    await expect(desk.page.get_by_role("option", name="Jun Park")).to_be_visible()
    await desk.page.keyboard.press("Tab")
    await desk.holds("Can you look, @Jun Park ")
    await desk.button("Add note").click()
    await expect(desk.thread.locator(".called")).to_have_text("@Jun Park")
    whole = await stage.site.client.call("GET", f"/tickets/{ticket['id']}")
    assert len(whole["mentioned"]) == 1


async def test_tickets_are_merged_with_a_preview_and_taken_apart(stage: Stage, sit: Sit) -> None:
    """M, the number, what will be; Undo gives both back."""
    line = await stage.inbox("api")
    for n, words in enumerate(("First question", "Second question")):
        await stage.customers.api(line, {"id": f"{line.id}-{n}", "name": f"Writer {n}"}, words)
    newest = await stage.ticket(line, at_least=2)
    number = newest["number"]
    desk = await sit()
    await desk.look_at(line)
    words = "First question" if "Second" in newest["snippet"] else "Second question"
    await desk.open(words)
    await desk.page.locator(".flow").focus()
    await desk.page.keyboard.press("m")
    dialog = desk.page.get_by_role("dialog", name="Merge two tickets")
    await dialog.get_by_role("searchbox").fill(f"#{number}")
    await dialog.get_by_role("button", name=re.compile(f"#{number}")).click()
    await expect(dialog.get_by_text(f"Keep #{number}")).to_be_visible()
    await dialog.get_by_role("button", name=f"Merge into #{number}").click()
    await expect(dialog).to_have_count(0)
    await expect(desk.thread).to_contain_text("First question")
    await expect(desk.thread).to_contain_text("Second question")
    await desk.button("Undo").click()
    await expect(desk.toast("Both tickets are as they were.")).to_be_visible()
    await expect(desk.thread).not_to_contain_text(words)


async def test_a_snoozed_ticket_goes_away_and_can_be_woken(stage: Stage, sit: Sit) -> None:
    """H, a moment; the ticket says until when and by whom."""
    line = await stage.inbox("api")
    await stage.customers.api(line, {"id": f"{line.id}-1", "name": "Liv Aas"}, "No hurry")
    ticket = await stage.ticket(line)
    desk = await sit()
    await desk.look_at(line)
    await desk.open("No hurry")
    await desk.page.locator(".flow").focus()
    await desk.page.keyboard.press("h")
    await desk.page.get_by_role("button", name="Until the customer writes").click()
    await expect(desk.toast("Snoozed until the customer writes")).to_be_visible()
    await desk.look_at(line, ticket["id"])
    notice = desk.page.locator(".notice.snoozed")
    await expect(notice).to_contain_text("Mira Okafor")
    await notice.get_by_role("button", name="Wake now").click()
    await expect(notice).to_have_count(0)


async def test_escape_closes_the_emoji_and_leaves_the_ticket_open(stage: Stage, sit: Sit) -> None:
    """Found by its Chinese name too; Escape goes no further than what is open."""
    line = await stage.inbox("api")
    await stage.customers.api(line, {"id": f"{line.id}-1", "name": "Tor Dal"}, "Hello")
    desk = await sit()
    await desk.look_at(line)
    await desk.open("Hello")
    await desk.composer.get_by_role("button", name="Insert an emoji").click()
    search = desk.page.get_by_role("searchbox", name="Search emoji")
    await search.fill("快递")
    await desk.page.keyboard.press("Escape")
    await expect(search).to_have_count(0)
    await expect(desk.thread).to_contain_text("Hello")
    await desk.composer.get_by_role("button", name="Insert an emoji").click()
    await search.fill("快递")
    await desk.page.keyboard.press("Enter")
    await desk.holds("📦")
