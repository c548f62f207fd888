"""What did not arrive says why and can be sent again; what may have arrived is never repeated."""

import asyncio

import pytest
from aiohttp import web
from playwright.async_api import expect

from tests.e2e.conftest import Sit
from tests.e2e.stage import Stage, until
from tests.peers.cutting_proxy import CuttingProxy

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


async def test_a_refusal_shows_its_reason_and_try_again_sends_once(stage: Stage, sit: Sit) -> None:
    """Twilio answers 400 (its code 21610: the person said STOP), then takes it."""
    line = await stage.inbox("twilio_sms")
    await stage.customers.sms(line, "+4790000001", "Is the shop open?")
    desk = await sit()
    await desk.look_at(line)
    await desk.open("Is the shop open?")
    refusal = {"code": 21610, "message": "Attempt to send to unsubscribed recipient", "status": 400}
    stage.provider.refuse_with.append(web.json_response(refusal, status=400))
    await desk.reply("Until six.")
    said = desk.thread.get_by_role("article").filter(has_text="Until six.")
    await expect(said).to_contain_text("Not delivered:")
    await expect(said).to_contain_text("unsubscribed")
    await expect(desk.row("Is the shop open?")).to_contain_text("Not delivered")
    assert "Until six." not in stage.texts("twilio_sms")

    await said.get_by_role("button", name="Try again").click()
    await expect(said).to_contain_text("Sent")
    await expect(said.get_by_role("button", name="Try again")).to_have_count(0)
    await expect(desk.row("Is the shop open?")).not_to_contain_text("Not delivered")
    assert stage.texts("twilio_sms").count("Until six.") == 1


async def test_silence_is_uncertain_and_only_the_agent_decides(stage: Stage, sit: Sit) -> None:
    """The line is cut after the provider took it: no second attempt; Check settles it."""
    async with CuttingProxy(int(stage.provider.base_url.rpartition(":")[2])) as proxy:
        proxy.poison = b'"sid"'
        line = await stage.inbox("twilio_sms", base_url=f"http://127.0.0.1:{proxy.port}")
        await stage.customers.sms(line, "+4790000002", "Did you get my photo?")
        desk = await sit()
        await desk.look_at(line)
        await desk.open("Did you get my photo?")
        await desk.reply("Yes, it is here.")
        said = desk.thread.get_by_role("article").filter(has_text="Yes, it is here.")
        await expect(said).to_contain_text("Uncertain")
        await expect(desk.row("Did you get my photo?")).to_contain_text("Uncertain")
        await until(lambda: proxy.cuts > 0, "the line is cut")
        await asyncio.sleep(2)  # a second attempt would be here by now
        assert stage.texts("twilio_sms").count("Yes, it is here.") == 1

        await said.get_by_role("button", name="Check").click()
        await expect(desk.page.get_by_text("nothing is sent again before you")).to_be_visible()
        await desk.page.get_by_role("button", name="It arrived").click()
        await expect(said).to_contain_text("Sent")
        await expect(desk.row("Did you get my photo?")).not_to_contain_text("Uncertain")
        assert stage.texts("twilio_sms").count("Yes, it is here.") == 1


async def test_a_message_that_comes_while_one_types_holds_the_answer(
    stage: Stage, sit: Sit
) -> None:
    """A banner with the words; the button says Send anyway; pressing it sends."""
    line = await stage.inbox("twilio_sms")
    await stage.customers.sms(line, "+4790000003", "Please cancel my order.")
    desk = await sit()
    await desk.look_at(line)
    await desk.open("Please cancel my order.")
    await desk.pen.fill("It is cancelled.")
    await expect(desk.button("Send anyway")).to_have_count(0)
    await stage.customers.sms(line, "+4790000003", "No wait, I keep it!")
    await expect(desk.composer).to_contain_text("New message while you typed:")
    await expect(desk.composer).to_contain_text("No wait, I keep it!")
    assert "It is cancelled." not in stage.texts("twilio_sms")
    await desk.button("Send anyway").click()
    await until(lambda: "It is cancelled." in stage.texts("twilio_sms"), "it is sent anyway")
    await expect(desk.composer).not_to_contain_text("New message while you typed:")
