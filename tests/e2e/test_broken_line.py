"""The agent's line breaks: the screen says so, keeps what was written, and catches up by itself."""

import pytest
from playwright.async_api import Route, expect

from tests.e2e.conftest import Sit
from tests.e2e.lines import cuttable
from tests.e2e.stage import Stage, until

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


async def test_what_came_while_offline_is_there_when_the_line_is_back(
    stage: Stage, sit: Sit
) -> None:
    """The open thread and the list both catch up; no refresh."""
    line = await stage.inbox("api")
    sender = {"id": f"{line.id}-1", "name": "Astrid Hove"}
    await stage.customers.api(line, sender, "Is anybody there?")
    ticket = await stage.ticket(line)
    desk = await sit()
    cut = await cuttable(desk.page, "**/api/v1/live")
    await desk.look_at(line, ticket["id"])
    await expect(desk.thread).to_contain_text("Is anybody there?")

    await cut(True)
    await expect(desk.page.get_by_text("Offline since")).to_be_visible()
    await stage.customers.api(line, sender, "Said while you were away.")
    other = {"id": f"{line.id}-2", "name": "Bo Ek"}
    await stage.customers.api(line, other, "A new question.")
    await stage.ticket(line, at_least=2)
    await cut(False)
    await expect(desk.page.get_by_text("Back online.")).to_be_visible()
    await expect(desk.thread).to_contain_text("Said while you were away.")
    await desk.button("2 updated").click()
    await expect(desk.row("Bo Ek")).to_be_visible()


async def test_a_reply_whose_answer_was_lost_goes_once(stage: Stage, sit: Sit) -> None:
    """The server has it, the answer is lost on the way back: it is asked again by itself."""
    line = await stage.inbox("twilio_sms")
    await stage.customers.sms(line, "+4790000009", "Which colour?")
    desk = await sit()
    await desk.look_at(line)
    await desk.open("Which colour?")

    async def lose_the_answer(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await desk.page.route("**/replies", lose_the_answer)
    await desk.reply("Moss green.")
    waiting = desk.page.get_by_role("article", name="Reply that waits to be sent")
    await expect(waiting).to_contain_text("Waits for the server to say whether it arrived")
    await expect(waiting.get_by_role("button")).to_have_count(0)  # it may have left already
    await desk.holds("")
    await desk.page.unroute("**/replies")
    await expect(waiting).to_have_count(0)
    await until(lambda: "Moss green." in stage.texts("twilio_sms"), "the reply is sent")
    said = desk.thread.get_by_role("article").filter(has_text="Moss green.")
    await expect(said).to_have_count(1)
    await stage.site.settle(10)
    assert stage.texts("twilio_sms").count("Moss green.") == 1


async def test_replies_written_offline_wait_and_go_once_in_their_order(
    stage: Stage, sit: Sit
) -> None:
    """One is discarded, one is changed, a reload loses none; back online they go by themselves."""
    line = await stage.inbox("twilio_sms")
    await stage.customers.sms(line, "+4790000010", "Are you there?")
    desk = await sit()
    await desk.look_at(line)
    await desk.open("Are you there?")
    await desk.context.set_offline(True)
    await expect(desk.page.get_by_text("Offline since")).to_be_visible()

    waiting = desk.page.get_by_role("article", name="Reply that waits to be sent")
    for count, words in enumerate(("First.", "Wrong.", "Secnd."), start=1):
        await desk.reply(words)
        await expect(waiting).to_have_count(count)
    await waiting.filter(has_text="Wrong.").get_by_role("button", name="Discard").click()
    await waiting.filter(has_text="Secnd.").get_by_role("button", name="Edit").click()
    await desk.holds("Secnd.")
    await desk.reply("Second.")
    await expect(waiting).to_have_count(2)
    assert stage.texts("twilio_sms").count("First.") == 0

    await desk.context.set_offline(False)
    await desk.page.reload()
    await until(lambda: "Second." in stage.texts("twilio_sms"), "both are sent")
    await expect(waiting).to_have_count(0)
    await expect(desk.thread.get_by_role("article")).to_have_count(3)
    await stage.site.settle(10)
    sent = [one for one in stage.texts("twilio_sms") if one in {"First.", "Wrong.", "Second."}]
    assert sent == ["First.", "Second."]
