"""A mail comes in while the list is open; the answer leaves once, to the right person."""

import asyncio

import pytest
from playwright.async_api import expect

from tests.e2e.conftest import Sit
from tests.e2e.stage import Stage, until, words

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

KARI = ("Kari Nordmann", "kari@posta.example")
IDA = ("Ida Berg", "ida@posta.example")


async def test_a_mail_appears_by_itself_and_the_reply_leaves_once(stage: Stage, sit: Sit) -> None:
    """Row without refresh, reply, Undo, reply again; the sink has one mail with all its hooks."""
    line = await stage.inbox("email", undo_s=3)
    desk = await sit()
    await desk.look_at(line)
    await expect(desk.page.get_by_text("Nothing here")).to_be_visible()

    asked = await stage.customers.mail(line, KARI, "Leaking valve", "The valve leaks at night.")
    await expect(desk.row("Leaking valve")).to_contain_text("Kari Nordmann")
    await desk.open("Leaking valve")
    await expect(desk.thread).to_contain_text("The valve leaks at night.")

    await desk.reply("A first, hasty answer.")
    await expect(desk.toast("Reply to Kari Nordmann sends in")).to_be_visible()
    await desk.button("Undo").click()
    await desk.holds("A first, hasty answer.")
    await expect(desk.thread).to_contain_text("Taken back, not sent")

    await desk.reply("Tighten the ring by hand.\nThen try again.")
    await until(lambda: len(stage.mails_to(KARI[1])) == 1, "the reply reaches the mail server")
    sent = desk.thread.get_by_role("article").filter(has_text="Tighten the ring")
    await expect(sent).to_contain_text("Sent")
    await asyncio.sleep(1)  # a second copy would be here by now

    number = (await stage.ticket(line))["number"]
    (mail,) = stage.mails_to(KARI[1])
    assert "Tighten the ring by hand.\nThen try again." in words(mail)
    assert mail["To"].addresses[0].addr_spec == KARI[1]
    assert mail["In-Reply-To"] == asked
    assert asked in mail["References"]
    assert f"[#{number}]" in mail["Subject"]
    assert "Leaking valve" in mail["Subject"]


async def test_a_full_list_holds_still_until_it_is_asked(stage: Stage, sit: Sit) -> None:
    """News is a pill; U brings it; the customer's answer to our mail joins its ticket."""
    line = await stage.inbox("email")
    desk = await sit()
    await stage.customers.mail(line, IDA, "Wet tent", "The tent is wet.")
    await desk.look_at(line)
    await desk.open("Wet tent")
    await desk.reply("Dry it in the shade.")
    await until(lambda: len(stage.mails_to(IDA[1])) == 1, "the reply arrives")
    (ours,) = stage.mails_to(IDA[1])

    other = ("Ola Vik", "ola@posta.example")
    await stage.customers.mail(line, other, "Bent pole", "The pole is bent.")
    await expect(desk.button("1 updated")).to_be_visible()
    await expect(desk.row("Bent pole")).to_have_count(0)
    await desk.page.locator("h2").first.click()
    await desk.page.keyboard.press("u")
    await expect(desk.row("Bent pole")).to_have_count(1)

    back = str(ours["Reply-To"])
    await stage.customers.mail(line, IDA, f"Re: {ours['Subject']}", "It is dry now.", to=back)
    await expect(desk.thread).to_contain_text("It is dry now.")
    await expect(desk.row("Wet tent")).to_have_count(1)
