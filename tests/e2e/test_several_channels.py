"""One person, one ticket, several channels; the answer goes where the agent says."""

import asyncio

import pytest
from playwright.async_api import Route, expect

from tests.e2e.conftest import Sit
from tests.e2e.stage import Stage, until, words

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


async def test_a_thread_goes_on_over_channels_and_the_reply_to_the_chosen_one(
    stage: Stage, sit: Sit
) -> None:
    """Mail, then the shop's form (which knows the number), then SMS: one ticket by continuity."""
    mail = await stage.inbox("email", continuity="join", join_within_h=24)
    shop = await stage.inbox("api", continuity="join", join_within_h=24)
    sms = await stage.inbox("twilio_sms", continuity="join", join_within_h=24)
    address, number = "tuva@posta.example", "+4791234567"
    desk = await sit()
    await desk.look_at(mail)
    await stage.customers.mail(mail, ("Tuva Moe", address), "Rope", "The rope is frayed.")
    await desk.open("Rope")
    known = {"id": "shop-7", "name": "Tuva Moe", "email": address, "phone": number}
    await stage.customers.api(shop, known, "I ordered it in March.")
    await expect(desk.thread).to_contain_text("Tuva Moe continued on API")
    await stage.customers.sms(sms, number, "Sending you a text now.")
    await expect(desk.thread).to_contain_text("Tuva Moe continued on SMS")
    await expect(desk.thread).to_contain_text("Sending you a text now.")
    await expect(desk.panel).to_contain_text("+47 91 23 45 67")

    await expect(desk.composer).to_contain_text("SMS to")
    await desk.reply("A short text back.")
    await until(lambda: "A short text back." in stage.texts("twilio_sms"), "the SMS is sent")
    assert ("twilio_sms", number, "A short text back.") in stage.provider.sent

    await desk.composer.get_by_role("button", name="Channel:").click()
    await desk.page.get_by_role("menuitemradio", name=f"Email to {address}").click()
    await expect(desk.composer).to_contain_text(f"Email to {address}")
    await desk.reply("A long mail back.")
    await until(lambda: len(stage.mails_to(address)) == 1, "the mail is sent")
    assert "A long mail back." in words(stage.mails_to(address)[0])
    assert "A long mail back." not in stage.texts("twilio_sms")


async def test_words_typed_before_the_thread_has_come_go_to_the_same_channel(
    stage: Stage, sit: Sit
) -> None:
    """A slow line holds the messages back; the draft does not settle on the first channel."""
    mail = await stage.inbox("email", continuity="join")
    shop = await stage.inbox("api", continuity="join")
    address = "sunniva@posta.example"
    await stage.customers.mail(mail, ("Sunniva Aas", address), "Skis", "They are too long.")
    known = {"id": "shop-9", "name": "Sunniva Aas", "email": address}
    await stage.ticket(mail)
    await stage.customers.api(shop, known, "Writing from the shop now.")
    ticket = await stage.ticket(mail)
    come = asyncio.Event()

    async def late(route: Route) -> None:
        await come.wait()
        await route.continue_()

    desk = await sit()
    await desk.page.route("**/messages*", late)
    await desk.look_at(mail, ticket["id"])
    await desk.pen.fill("Quick as I am.")
    await expect(desk.composer).to_contain_text("Draft saved")
    come.set()
    await expect(desk.thread).to_contain_text("Writing from the shop now.")
    await expect(desk.composer).to_contain_text("API to Sunniva Aas")
    await desk.button("Send").first.click()
    await until(lambda: any("Quick as I am." in one for one in stage.texts("api")), "it is sent")
    assert stage.mails_to(address) == []


async def test_an_offer_to_join_is_asked_twice_and_makes_one_ticket(stage: Stage, sit: Sit) -> None:
    """By the rule "suggest" the person's other ticket is offered; the joined one points on."""
    mail = await stage.inbox("email", continuity="suggest")
    shop = await stage.inbox("api", continuity="suggest")
    address = "brage@posta.example"
    await stage.customers.mail(mail, ("Brage Lie", address), "Stove", "It does not light.")
    first = await stage.ticket(mail)
    known = {"id": "shop-8", "name": "Brage Lie", "email": address}
    await stage.customers.api(shop, known, "Any news of my stove?")
    desk = await sit()
    await desk.look_at(shop)
    await desk.open("Brage Lie")
    await expect(desk.panel).to_contain_text("The same person has this ticket open too.")
    await desk.button(f"Join into #{first['number']}").click()
    await desk.button(f"Yes, join into #{first['number']}").click()
    await expect(desk.thread).to_contain_text("It does not light.")
    await expect(desk.thread).to_contain_text("Any news of my stove?")
    assert first["id"] in desk.page.url
